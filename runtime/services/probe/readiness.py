"""Whether the API can answer questions about forecasts: the database, the lake, and a published run that is not old."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.paths import manifest_key
from runtime.errors import NotFound, SignifyError
from runtime.models.domain.runs import PublishedRun
from runtime.services.object_ports import Lake
from runtime.services.ports import Clock, RunRepository

STALE_AFTER_DAYS = 2
"""The published run is old when its last day of data is more days ago; the same limit as of `meta.stale`."""


@dataclass(frozen=True)
class Check:
    """The outcome of one check. `is_needed`: without it the API cannot answer."""

    name: str
    ok: bool
    detail: str
    is_needed: bool


@dataclass(frozen=True)
class Readiness:
    """Ask each dependency once."""

    runs: RunRepository
    lake: Lake
    clock: Clock

    def check(self) -> tuple[Check, ...]:
        """Return the outcome of every check; one that fails does not keep others from being made."""
        try:
            published_run = self.runs.find_published()
        except SignifyError as error:
            return Check("database", ok=False, detail=str(error), is_needed=True), self._check_lake(None)
        database = Check("database", ok=True, detail="It answers.", is_needed=True)
        return database, self._check_lake(published_run), self._check_run(published_run)

    def _check_lake(self, published_run: PublishedRun | None) -> Check:
        try:
            self.lake.read_json(manifest_key(published_run.run_id if published_run else "none"))
        except NotFound:
            pass  # the lake says so: it answers
        except SignifyError as error:
            return Check("lake", ok=False, detail=str(error), is_needed=True)
        return Check("lake", ok=True, detail="It answers.", is_needed=True)

    def _check_run(self, published_run: PublishedRun | None) -> Check:
        if published_run is None:
            return Check("published_run", ok=False, detail="No run has been published yet.", is_needed=False)
        age_days = (self.clock.now().date() - published_run.as_of_date).days
        detail = f"Run {published_run.run_id} has data to {published_run.as_of_date}, {age_days} days ago."
        return Check("published_run", ok=age_days <= STALE_AFTER_DAYS, detail=detail, is_needed=False)
