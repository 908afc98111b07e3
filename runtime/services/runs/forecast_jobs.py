"""Start runs for clients of the API, once per idempotency key, and read their jobs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID, uuid4

from runtime.errors import Conflict, InvalidInput, JobNotFound
from runtime.models.api.requests import ForecastRequest
from runtime.models.domain.jobs import Job, JobStatus, JobType, request_hash
from runtime.models.domain.runs import run_id_of
from runtime.services.ports import Clock, JobRepository, Workflow

EXECUTION_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
MAX_KEY_LENGTH = 255


@dataclass(frozen=True)
class ForecastJobs:
    """Start runs as jobs, and read jobs."""

    jobs: JobRepository
    workflow: Workflow
    clock: Clock

    def get(self, job_id: str) -> Job:
        """Return the job with this UUID. Raises JobNotFound."""
        try:
            identifier = UUID(job_id)
        except ValueError:
            raise JobNotFound(f"{job_id!r} is not a job id; use the job_id returned when the job was started.") from None
        return self.jobs.get(identifier)

    def start(self, request: ForecastRequest, idempotency_key: str | None, client_id: str) -> tuple[Job, bool]:
        """Start a run. Return its job, and whether an earlier request with the same key started it.

        Raises InvalidInput when the key was used with another request or is too long, Unavailable when the workflow is.
        """
        key = check_key(idempotency_key) if idempotency_key is not None else f"api-{uuid4()}"
        body = request.model_dump(mode="json", exclude_unset=True)
        earlier_job = self.jobs.find_by_idempotency_key(key)
        if earlier_job is not None and earlier_job.request_hash != request_hash(body):
            raise InvalidInput(f"Idempotency-Key = {key!r} was used with another body; use a new key for a new request.")
        is_replay = earlier_job is not None
        job = earlier_job or self.jobs.create(self._job(body, key))
        if job.status is JobStatus.QUEUED:
            self._start_execution(execution_name(key), _run_input(request, key, client_id), is_replay=is_replay)
        return job, is_replay

    def _start_execution(self, name: str, run_input: Mapping[str, object], *, is_replay: bool) -> None:
        """Start the execution, also for a replay: the earlier request may have failed before it did. One name starts one execution."""
        try:
            self.workflow.start(name, run_input)
        except Conflict:
            # The execution of a replay may have ended already, or another request may have started it.
            if not is_replay:
                raise

    def _job(self, body: Mapping[str, object], key: str) -> Job:
        now = self.clock.now()
        return Job(
            id=run_id_of(execution_name(key)),
            type=JobType.FORECAST_RUN,
            status=JobStatus.QUEUED,
            created_at=now,
            updated_at=now,
            request=body,
            request_hash=request_hash(body),
            idempotency_key=key,
        )


def check_key(key: str) -> str:
    """Return the key without surrounding spaces. Raises InvalidInput when it is blank or longer than 255 characters."""
    key = key.strip()
    if not key or len(key) > MAX_KEY_LENGTH:
        raise InvalidInput(f"Idempotency-Key has {len(key)} characters; send 1 to {MAX_KEY_LENGTH}, for instance a UUID.")
    return key


def execution_name(key: str) -> str:
    """Return the name of the execution: the key where Step Functions accepts it, else its digest."""
    return key if EXECUTION_NAME.fullmatch(key) else f"key-{blake2b(key.encode(), digest_size=16).hexdigest()}"


def _run_input(request: ForecastRequest, key: str, client_id: str) -> dict[str, object]:
    optional = {"as_of_date": request.as_of_date, "reason": request.reason}
    return {
        "horizon_days": request.time_horizon.days,
        "gate": request.gate.value,
        "requested_by": f"api:{client_id}"[:255],
        **{name: str(value) for name, value in optional.items() if value is not None},
        "idempotency_key": key,
    }
