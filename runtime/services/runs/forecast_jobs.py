"""Start runs for clients of the API, once per idempotency key, and read their jobs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b
from uuid import UUID, uuid4

from contracts import datasets
from contracts.paths import Zone, dataset_prefix
from runtime.errors import Conflict, InvalidInput, JobNotFound, NoInputData, RunInProgress
from runtime.models.api.requests import ForecastRequest
from runtime.models.domain.jobs import Job, JobLimits, JobStatus, JobType, client_name, request_hash
from runtime.models.domain.runs import run_id_of
from runtime.quotas import StartQuota
from runtime.services.idempotency import check_key, key_error
from runtime.services.ports import Clock, JobRepository, Workflow
from runtime.services.read_ports import ObjectReads
from runtime.services.runs.job_executions import find_arn, is_running

LIMIT_WINDOW = timedelta(hours=1)
START_GRACE = timedelta(minutes=1)
"""A job that was stored this recently may be without an execution: its request is about to start it."""


@dataclass(frozen=True)
class ForecastJobs:
    """Start runs as jobs, and read jobs."""

    jobs: JobRepository
    workflow: Workflow
    objects: ObjectReads
    clock: Clock
    runs_per_hour: int

    def get(self, job_id: str) -> Job:
        """Return the job with this UUID. Raises JobNotFound."""
        try:
            identifier = UUID(job_id)
        except ValueError:
            raise JobNotFound(f"{job_id!r} is not a job id; use the job_id returned when the job was started.") from None
        return self.jobs.get(identifier)

    def start(self, request: ForecastRequest, idempotency_key: str | None, client_id: str) -> tuple[Job, bool]:
        """Start a run. Return its job, and whether an earlier request of the client with the same key started it.

        A key belongs to its client: the same key of another client, or the name of a scheduled run, stands for another run.
        Raises InvalidInput when the key was used with another request or is too long, and for a day that no run can have; NoInputData
        when no file with demand was accepted; RunInProgress when another run is in flight and the request does not force a second one,
        RunLimitExceeded, Unavailable when the workflow is.
        """
        key = check_key(idempotency_key) if idempotency_key is not None else str(uuid4())
        name = execution_name(client_id, key)
        body = request.model_dump(mode="json", exclude_unset=True)
        canonical_body = request.model_dump(mode="json", exclude_defaults=True)
        earlier_job = self.jobs.find(run_id_of(name))
        if earlier_job is None:
            self._check_day(request)
        new_job = self._job(body, canonical_body, name, client_id)
        job = earlier_job or self._admit(new_job, is_forced=request.force)
        # A default that is stated asks for the same as one that is left out. Earlier versions stored the hash of what was sent.
        if job.request_hash not in (request_hash(canonical_body), request_hash(body)):
            raise key_error(key, "body")
        # Of two requests at the same time one stored its job, and the other got that one.
        is_replay = earlier_job is not None or job.created_at != new_job.created_at
        if job.status is JobStatus.QUEUED:
            self._start_execution(name, _run_input(request, name, client_id), is_replay=is_replay)
        return job, is_replay

    def read_quota(self, client_id: str) -> StartQuota:
        """Return how many runs the client may still start now."""
        now = self.clock.now()
        starts = self.jobs.list_starts(client_name(client_id), JobType.FORECAST_RUN, now - LIMIT_WINDOW, self.runs_per_hour)
        reset_s = math.ceil((starts[-1] + LIMIT_WINDOW - now).total_seconds()) if starts else 0
        return StartQuota(self.runs_per_hour, round(LIMIT_WINDOW.total_seconds()), self.runs_per_hour - len(starts), reset_s)

    def _admit(self, job: Job, *, is_forced: bool) -> Job:
        """Store the job, unless another run is in flight or the client has started too many.

        A job whose execution ended without its end being recorded is not in flight, so that it cannot block others.
        """
        ended_ids: frozenset[UUID] = frozenset()
        while True:
            try:
                return self.jobs.admit(job, JobLimits(self.runs_per_hour, LIMIT_WINDOW, is_forced, ended_ids))
            except RunInProgress as conflict:
                if self._is_in_flight(self.jobs.get(conflict.job_id)):
                    raise
                ended_ids |= {conflict.job_id}

    def _is_in_flight(self, job: Job) -> bool:
        """Return whether the execution of a job runs, or is about to be started."""
        if job.status is JobStatus.QUEUED and self.clock.now() - job.created_at < START_GRACE:
            return True
        return is_running(self.workflow, find_arn(self.workflow, job))

    def _check_day(self, request: ForecastRequest) -> None:
        """Raise InvalidInput for a last day that is not over or before all data, NoInputData without data: such a run could only fail."""
        day, latest = request.as_of_date, self.clock.now().date() - timedelta(days=1)
        if day is not None and day > latest:
            raise InvalidInput(f"/as_of_date: {day} is not over; the latest possible day is {latest}.", pointer="/as_of_date")
        first_day = self.objects.find_first_day(sorted(datasets.list_demand_names()))
        if first_day is None or first_day > latest:
            raise NoInputData(_describe_missing_data(first_day))
        if day is not None and day < first_day:
            raise InvalidInput(f"/as_of_date: {day} is before the accepted data, which starts on {first_day}.", pointer="/as_of_date")

    def _start_execution(self, name: str, run_input: Mapping[str, object], *, is_replay: bool) -> None:
        """Start the execution, also for a replay: the earlier request may have failed before it did. One name starts one execution."""
        try:
            self.workflow.start(name, run_input)
        except Conflict:
            # The execution of a replay may have ended already, or another request may have started it.
            if not is_replay:
                raise

    def _job(self, body: Mapping[str, object], canonical_body: Mapping[str, object], name: str, client_id: str) -> Job:
        now = self.clock.now()
        return Job(
            id=run_id_of(name),
            type=JobType.FORECAST_RUN,
            status=JobStatus.QUEUED,
            created_at=now,
            updated_at=now,
            request={**body, "requested_by": client_name(client_id)},
            request_hash=request_hash(canonical_body),
            idempotency_key=name,
        )


def _describe_missing_data(first_day: date | None) -> str:
    """Return why no run can start; first_day: of the accepted data, None without any."""
    if first_day is not None:
        return f"The accepted data starts on {first_day}, and none of its days has ended yet."
    prefixes = " or ".join(dataset_prefix(Zone.LANDING, name) for name in sorted(datasets.list_demand_names()))
    return f"No file with demand was accepted yet; upload one to {prefixes} in the lake."


def execution_name(client_id: str, key: str) -> str:
    """Return the name of the execution that an idempotency key of a client stands for.

    It holds a digest of both, so that no key is the name of a scheduled run or of the run of another client.

    >>> execution_name("planning", "daily-2026-11-30")
    'api-b2700462ead592bdf71357eb641dfe87'
    """
    digest = blake2b(f"{client_id}\0{key}".encode(), digest_size=16).hexdigest()
    return f"api-{digest}"


def _run_input(request: ForecastRequest, name: str, client_id: str) -> dict[str, object]:
    optional = {"as_of_date": request.as_of_date, "reason": request.reason}
    return {
        "horizon_days": request.time_horizon.days,
        "gate": request.gate.value,
        "requested_by": client_name(client_id),
        **{name: str(value) for name, value in optional.items() if value is not None},
        **({} if request.publish is None else {"publish": request.publish}),
        "idempotency_key": name,
    }
