"""Read as clients do, all the while: every walk over the forecasts must be of one run and complete."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from cli.drills.concurrency.invariants import Page, check_walk
from cli.drills.concurrency.records import RunRecords
from cli.platform import Platform

PAGE_SIZE = 1000
WALK_PAUSE_S = 0.05
"""Pause between the pages of a walk, so that the published run may change meanwhile."""
BUSY = (429, 503)


@dataclass
class Checker:
    """Walks until the end, and collects what is wrong."""

    platform: Platform
    records: RunRecords
    walks: int = 0
    runs: set[str] = field(default_factory=set)
    violations: list[str] = field(default_factory=list)

    def run(self, is_over: threading.Event) -> None:
        """Walk over all forecasts again and again until the event is set."""
        while not is_over.is_set():
            pages = self._walk()
            if pages:
                self.walks += 1
                self.runs |= {page.run_id for page in pages}
                self.violations += check_walk(pages, self.records.count_rows())
            if (count := self.records.count_published()) != 1:
                self.violations.append(f"{count} runs are published")

    def _walk(self) -> list[Page]:
        """Return all pages, or none when a response was an error; one that is no sign of load is a violation."""
        pages: list[Page] = []
        cursor: str | None = None
        while not pages or cursor:
            parameters = {"time_horizon": "28d", "limit": str(PAGE_SIZE), **({"cursor": cursor} if cursor else {})}
            response = self.platform.api.get("/forecasts", params=parameters)
            if response.is_error:
                if response.status_code not in BUSY:
                    self.violations.append(f"GET /forecasts: {response.status_code} {response.text[:200]}")
                time.sleep(1)
                return []
            body = response.json()
            keys = tuple((row["site_id"], row["sku_id"], row["forecast_date"]) for row in body["forecasts"])
            pages.append(Page(body["meta"]["run_id"], keys))
            cursor = body["page"]["next_cursor"]
            time.sleep(WALK_PAUSE_S)
        return pages
