"""Each case runs twice: against the fakes, and against the adapters on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from runtime.adapters.postgres.audit_log import PostgresAuditLog, PostgresAuditReads
from runtime.adapters.postgres.forecasts import PostgresForecastLoader
from runtime.adapters.postgres.jobs import PostgresJobs
from runtime.adapters.postgres.objects import PostgresIngestedObjects
from runtime.adapters.postgres.publications import PostgresPublications
from runtime.adapters.postgres.quality import PostgresQualityReports
from runtime.adapters.postgres.run_reads import PostgresRunReads
from runtime.adapters.postgres.runs import PostgresRuns
from runtime.services.object_ports import IngestedObjects
from runtime.services.ports import AuditLog, ForecastLoader, JobRepository, QualityReports, RunPublications, RunRepository
from runtime.services.read_ports import AuditReads, RunReads
from tests.fakes import (
    InMemoryAuditLog,
    InMemoryJobs,
    InMemoryLoader,
    InMemoryObjects,
    InMemoryPublications,
    InMemoryQualityReports,
    InMemoryRuns,
)
from tests.fakes.run_reads import InMemoryRunReads


@dataclass(frozen=True)
class Books:
    """Every repository of one kind."""

    objects: IngestedObjects
    runs: RunRepository
    jobs: JobRepository
    reports: QualityReports
    loader: ForecastLoader
    publications: RunPublications
    run_reads: RunReads
    audit_log: AuditLog
    audit_reads: AuditReads


@pytest.fixture(params=["memory", "postgres"])
def books(request: pytest.FixtureRequest) -> Books:
    """The repositories, in memory or in PostgreSQL."""
    if request.param == "memory":
        jobs, audit_log = InMemoryJobs(), InMemoryAuditLog()
        runs = InMemoryRuns(jobs=jobs)
        loader = InMemoryLoader(runs)
        publications, run_reads = InMemoryPublications(runs, loader.rows, audit_log), InMemoryRunReads(runs, jobs, loader.rows)
        return Books(
            InMemoryObjects(audit_log=audit_log),
            runs,
            jobs,
            InMemoryQualityReports(),
            loader,
            publications,
            run_reads,
            audit_log,
            audit_log,
        )
    database = request.getfixturevalue("postgres")
    return Books(
        PostgresIngestedObjects(database, PostgresAuditLog(database)),
        PostgresRuns(database),
        PostgresJobs(database),
        PostgresQualityReports(database),
        PostgresForecastLoader(database),
        PostgresPublications(database),
        PostgresRunReads(database),
        PostgresAuditLog(database),
        PostgresAuditReads(database),
    )
