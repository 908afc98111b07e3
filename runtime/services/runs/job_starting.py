"""Starting a run on behalf of a caller: once per idempotency key."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from runtime.errors import Conflict, InvalidInput
from runtime.models.api.requests import ForecastRequest
from runtime.models.domain.jobs import Job, JobStatus, JobType, request_hash
from runtime.models.domain.runs import run_id_of
from runtime.services.ports import Clock, JobRepository, Workflow

EXECUTION_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
LONGEST_KEY = 255


@dataclass(frozen=True)
class StartedJob:
    """The job, and whether it was there before."""

    job: Job
    replayed: bool


@dataclass(frozen=True)
class JobStarting:
    """Start runs as jobs that callers can ask about."""

    jobs: JobRepository
    workflow: Workflow
    clock: Clock

    def start(self, request: ForecastRequest, idempotency_key: str | None, caller: str) -> StartedJob:
        """Start a run, or answer the one that this key started.

        Raises InvalidInput when the key was used with another request or is too long, Unavailable when the workflow does not answer.
        """
        key = checked(idempotency_key) if idempotency_key is not None else f"api-{uuid.uuid4()}"
        wanted = request.model_dump(mode="json", exclude_unset=True)
        known = self.jobs.with_idempotency_key(key)
        if known is not None and known.request_hash != request_hash(wanted):
            raise InvalidInput(f"Idempotency-Key = {key!r} was used with another body; use a new key for a new request.")
        job = known or self.jobs.create(self._job(wanted, key))
        if job.status is JobStatus.QUEUED:
            self._start_execution(known is not None, execution_name(key), _run_input(request, key, caller))
        return StartedJob(job, replayed=known is not None)

    def _start_execution(self, known: bool, name: str, run_input: dict[str, Any]) -> None:
        """Start it also for a known job: the first call may have ended between the two steps. The same name starts nothing twice."""
        try:
            self.workflow.start(name, run_input)
        except Conflict:
            # A known job's execution that already ended, or that another caller started, is the one that was asked for.
            if not known:
                raise

    def _job(self, wanted: dict[str, Any], key: str) -> Job:
        now = self.clock.now()
        return Job(
            id=run_id_of(execution_name(key)),
            type=JobType.FORECAST_RUN,
            status=JobStatus.QUEUED,
            created_at=now,
            updated_at=now,
            request=wanted,
            request_hash=request_hash(wanted),
            idempotency_key=key,
        )


def checked(key: str) -> str:
    """The key without surrounding spaces; raises InvalidInput when it is blank or longer than 255 characters."""
    tidy = key.strip()
    if not tidy or len(tidy) > LONGEST_KEY:
        raise InvalidInput(f"Idempotency-Key has {len(tidy)} characters; send 1 to {LONGEST_KEY}, for instance a UUID.")
    return tidy


def execution_name(key: str) -> str:
    """The execution's name: the key itself where Step Functions takes it, else its digest."""
    return key if EXECUTION_NAME.fullmatch(key) else f"key-{blake2b(key.encode(), digest_size=16).hexdigest()}"


def _run_input(request: ForecastRequest, key: str, caller: str) -> dict[str, Any]:
    optional = {"as_of_date": request.as_of_date, "reason": request.reason}
    asked = {name: str(value) for name, value in optional.items() if value is not None}
    told = {"horizon_days": request.time_horizon.days, "gate": request.gate.value, "requested_by": f"api:{caller}"[:255]}
    return told | asked | {"idempotency_key": key}
