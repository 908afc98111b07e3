"""The age of what readers see."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.services.ports import Clock, RunRepository


@dataclass(frozen=True)
class PublishedAge:
    """Measure how old the data of the published run is; a publication of old data leaves it old."""

    runs: RunRepository
    clock: Clock

    def measure_days(self) -> int | None:
        """Return the days from the published run's last day of data to today, at best 1; None when no run was ever published."""
        published_run = self.runs.find_published()
        return None if published_run is None else (self.clock.now().date() - published_run.as_of_date).days
