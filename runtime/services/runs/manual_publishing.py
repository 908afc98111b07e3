"""Publish a run by hand: the way back to an earlier forecast."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from runtime.errors import RunNotFound, RunNotLoaded
from runtime.models.domain.audit import Actor
from runtime.models.domain.publishing import PublishCommand, PublishOutcome, PublishResult
from runtime.models.domain.runs import ForecastRun, RunStatus
from runtime.services.idempotency import event_id, key_error
from runtime.services.ports import Clock, RunPublications, RunRepository
from runtime.services.runs.run_reading import parse_run_id

EVENT_NAMESPACE = UUID("b8b3b4a4-4f0f-5b56-9d0c-0d5b7c1f6e42")


@dataclass(frozen=True)
class ManualPublishing:
    """Make a run that is loaded the published one, whatever it replaces."""

    publications: RunPublications
    runs: RunRepository
    clock: Clock

    def publish(self, run_id: str, reason: str, *, actor: Actor, idempotency_key: str | None) -> tuple[UUID, PublishResult]:
        """Publish a run and record who did it and why. Return its id and the result: PUBLISHED, UNCHANGED or REPEATED.

        A request with a key is recorded whatever its outcome, so that it never publishes the run when it is repeated later.

        Raises RunNotFound, RunNotLoaded when its forecasts are not in the database, InvalidInput for a key of another request.
        """
        run = self.runs.get(parse_run_id(run_id))
        identifier = event_id(EVENT_NAMESPACE, actor.client_id, idempotency_key)
        command = PublishCommand(identifier, self.clock.now(), actor, reason, is_repeatable=idempotency_key is not None)
        result = self.publications.publish(run.id, command)
        match result.outcome:
            case PublishOutcome.NOT_FOUND:
                raise RunNotFound(f"Forecast run {run.id} not found.")
            case PublishOutcome.NOT_LOADED:
                raise RunNotLoaded(_describe_not_loaded(run))
            case PublishOutcome.KEY_TAKEN:
                raise key_error(idempotency_key, "run or reason")
        return run.id, result


def _describe_not_loaded(run: ForecastRun) -> str:
    start = f'POST /api/v1/forecasts/generate with {{"as_of_date": "{run.as_of_date}"}}'
    again = f"compute its day again, {start}, and publish the new run by hand."
    if run.status is RunStatus.RUNNING:
        return f"Run {run.id} is still running and has no forecasts yet; wait until it has ended."
    if run.status is RunStatus.FAILED and run.published_at is None:
        return (
            f"Run {run.id} failed before its forecasts were loaded. Choose a run of GET /api/v1/forecast-runs with `has_forecasts` = true, "
            f"or {again}"
        )
    return (
        f"The forecasts of run {run.id} were deleted from the database (setting runsKept). Choose a run of GET /api/v1/forecast-runs "
        f"with `has_forecasts` = true, or {again}"
    )
