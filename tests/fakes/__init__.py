"""Fakes behind the ports: they keep dicts. The contract tests hold them to the behaviour of the real adapters."""

from tests.fakes.audit import InMemoryAuditLog
from tests.fakes.clock import FixedClock
from tests.fakes.forecasts import InMemoryLoader, InMemoryPublications
from tests.fakes.jobs import InMemoryJobs
from tests.fakes.kpis import InMemoryFrames, InMemoryKpis
from tests.fakes.lake import InMemoryLake
from tests.fakes.objects import InMemoryObjects
from tests.fakes.quality import InMemoryQualityReports
from tests.fakes.runs import InMemoryRuns
from tests.fakes.table_rows import InMemoryTableRows

__all__ = [
    "FixedClock",
    "InMemoryAuditLog",
    "InMemoryFrames",
    "InMemoryJobs",
    "InMemoryKpis",
    "InMemoryLake",
    "InMemoryLoader",
    "InMemoryObjects",
    "InMemoryPublications",
    "InMemoryQualityReports",
    "InMemoryRuns",
    "InMemoryTableRows",
]
