"""Resolve the input of an execution to a run: its as-of date and its objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from contracts import datasets
from contracts.paths import Zone, dataset_prefix
from contracts.run_states import RunState
from runtime.errors import InvalidInput, NoInputData
from runtime.models.domain.jobs import Job, JobStatus, JobType, progress_at, request_hash
from runtime.models.domain.objects import IngestedObject
from runtime.models.domain.run_input import RunInput, parse_run_input
from runtime.models.domain.runs import Execution, ForecastRun, RunStatus
from runtime.services.object_ports import IngestedObjects
from runtime.services.ports import Clock, JobRepository, RunRepository
from runtime.services.runs.manifests import Manifests, make_manifest
from runtime.services.runs.object_entries import ObjectEntries

DIRECT_KEY_PREFIX = "direct:"
"""Start of the key of a job whose execution somebody started directly, not through the API or the schedule."""


@dataclass(frozen=True)
class ResolvedRun:
    """The run that the rest of the execution works on."""

    run: ForecastRun
    run_input: RunInput
    lake_bucket: str

    @property
    def input_age_days(self) -> int:
        """Days from the as-of date to the day of the run; at best 1."""
        return (self.run.created_at.date() - self.run.as_of_date).days

    def to_state_output(self) -> dict[str, object]:
        """Return the output of the state."""
        return {
            "run_id": str(self.run.id),
            "as_of_date": self.run.as_of_date.isoformat(),
            "horizon_days": self.run.horizon_days,
            "gate": self.run_input.gate.value,
            "publish": self.run_input.is_for_readers,
            "notify": self.run_input.notify,
            "lake_bucket": self.lake_bucket,
            "warnings": list(self.run.warnings),
        }


@dataclass(frozen=True)
class RunResolution:
    """Start, or continue, the run of an execution."""

    objects: IngestedObjects
    runs: RunRepository
    jobs: JobRepository
    manifests: Manifests
    clock: Clock
    code_version: str

    def resolve(self, raw_input: object, execution: Execution) -> ResolvedRun:
        """Record the run and write its manifest; a second call for the same execution returns the same run with the same objects.

        Raises UnknownInputKey or InvalidInput, NoInputData when nothing was accepted yet, ManifestNotFound when the manifest
        of the first call is gone, IdempotencyKeyTaken.
        """
        run_input = parse_run_input(raw_input)
        run = self._continue_run(execution) or self._new_run(run_input, execution)
        self._mark_job(run_input, execution)
        run = self.runs.start(run)
        return ResolvedRun(run, run_input, self.manifests.lake.bucket)

    def _continue_run(self, execution: Execution) -> ForecastRun | None:
        run = self.runs.find(execution.run_id)
        if run is not None:
            self.manifests.ensure(run)
        return run

    def _new_run(self, run_input: RunInput, execution: Execution) -> ForecastRun:
        objects = self.objects.list_accepted()
        as_of_date, warnings = choose_as_of_date(run_input.as_of_date, execution.started_at.date(), objects)
        run = ForecastRun(
            id=execution.run_id,
            as_of_date=as_of_date,
            horizon_days=run_input.horizon_days,
            status=RunStatus.RUNNING,
            code_version=self.code_version,
            created_at=execution.started_at,
            execution_arn=execution.arn,
            warnings=warnings,
        )
        manifest = make_manifest(run, ObjectEntries(self.objects).list_entries(objects))
        self.manifests.write(manifest)  # before the row, so that every run that exists has its manifest
        return replace(run, input_objects=len(manifest.objects), input_digest=manifest.digest)

    def _mark_job(self, run_input: RunInput, execution: Execution) -> None:
        """Create the job of the execution, unless the API has, and mark it as running in this first state."""
        request = run_input.model_dump(mode="json", exclude_unset=True)
        now = self.clock.now()
        progress = progress_at(RunState.RESOLVE_INPUT)
        self.jobs.create(
            Job(
                id=execution.run_id,
                type=JobType.FORECAST_RUN,
                status=JobStatus.RUNNING,
                created_at=now,
                updated_at=now,
                request=request,
                request_hash=request_hash(request),
                idempotency_key=_job_key(run_input, execution),
                progress=progress,
                execution_arn=execution.arn,
            )
        )
        self.jobs.mark_running(execution.run_id, progress, now, execution.arn)


def _job_key(run_input: RunInput, execution: Execution) -> str | None:
    """Return the idempotency key of the job of an execution: unique among all jobs, whatever origin they have.

    The API and the schedule send the name of the execution. Any other key is of somebody who started the execution directly: it must not be
    the key of a scheduled run or of a client, which would fail then.
    """
    key = run_input.idempotency_key
    return key if key in (None, execution.name) else f"{DIRECT_KEY_PREFIX}{key}"


def choose_as_of_date(requested_date: date | None, today: date, objects: Sequence[IngestedObject]) -> tuple[date, tuple[str, ...]]:
    """Return the last day that the model may see, with warnings; only objects of data sets that carry demand count.

    By default yesterday, or the last day of the data if that is earlier.
    Raises NoInputData, or InvalidInput for a day outside the data or one that has not ended.
    """
    demand_names = datasets.list_demand_names()
    demand_objects = [record for record in objects if record.dataset in demand_names]
    first = min((record.first_date for record in demand_objects if record.first_date), default=None)
    last = max((record.last_date for record in demand_objects if record.last_date), default=None)
    if first is None or last is None:
        raise NoInputData(
            f"{len(demand_objects)} objects with demand were accepted, none with a plausible date; "
            f"upload files to {' or '.join(dataset_prefix(Zone.LANDING, name) for name in demand_names)} in the lake"
        )
    yesterday = today - timedelta(days=1)
    if requested_date is None:
        return _default_day(first, min(yesterday, last), yesterday)
    if requested_date > yesterday:
        raise InvalidInput(f"as_of_date = {requested_date}: that day has not ended; the latest possible date is {yesterday}")
    if requested_date < first:
        raise InvalidInput(f"as_of_date = {requested_date}: the accepted data starts on {first}")
    warning = (
        f"The accepted data ends on {last}; the days from then to as_of_date {requested_date} are unknown, where demand is usual on them."
    )
    return requested_date, (warning,) if requested_date > last else ()


def _default_day(first: date, day: date, yesterday: date) -> tuple[date, tuple[str, ...]]:
    if day < first:
        raise NoInputData(f"the accepted data starts on {first}, and none of its days has ended yet")
    if day == yesterday:
        return day, ()
    return day, (f"The accepted data ends on {day}, {(yesterday - day).days + 1} days ago; the forecast starts the day after.",)
