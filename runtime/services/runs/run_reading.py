"""Read the history of runs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from uuid import UUID

from runtime.errors import RunNotFound
from runtime.services.paging import Cursors, Page
from runtime.services.read_ports import RunFilters, RunReads


@dataclass(frozen=True)
class RunReading:
    """Read the runs: which one readers see, which they saw, and why others were not published."""

    run_reads: RunReads
    cursors: Cursors

    def read_page(self, filters: RunFilters, limit: int, cursor: str | None) -> Page:
        """Return one page of the runs, newest first. Raises BadCursor."""
        return self.cursors.read_page(asdict(filters), limit, cursor, lambda after: self.run_reads.rows(filters, after, limit))

    def get(self, run_id: str) -> str:
        """Return a run as a JSON object. Raises RunNotFound."""
        identifier = parse_run_id(run_id)
        run = self.run_reads.find(identifier)
        if run is None:
            raise RunNotFound(f"Forecast run {identifier} not found.")
        return run


def parse_run_id(text: str) -> UUID:
    """Return the id of a run. Raises RunNotFound when the text is no UUID."""
    try:
        return UUID(text)
    except ValueError:
        raise RunNotFound(f"{text[:100]!r} is not the id of a run; use the UUID of a run.") from None
