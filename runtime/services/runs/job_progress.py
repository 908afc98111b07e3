"""The progress of a run's job, as the API shows it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from runtime.models.domain.jobs import progress_at
from runtime.services.ports import Clock, JobRepository


@dataclass(frozen=True)
class JobProgress:
    """Mark a job with the state of the state machine that its execution enters."""

    jobs: JobRepository
    clock: Clock

    def enter(self, run_id: UUID, state: str) -> None:
        """Mark the job as running in this state, unless it has ended. Raises JobNotFound."""
        self.jobs.mark_running(run_id, progress_at(state), self.clock.now())
