"""The database schema as typed SQLAlchemy models: the source that migrations are compared with.

Only the migrator and the tests import this package; at run time the adapters speak SQL through psycopg.
"""

from runtime.models.tables.anomalies import AnomalyEventRow, AnomalyFeedbackRow
from runtime.models.tables.audit import AuditEventRow
from runtime.models.tables.base import Base
from runtime.models.tables.forecasts import ExcludedSeries, ForecastRow
from runtime.models.tables.insights import InsightEventRow, InsightRow
from runtime.models.tables.jobs import JobRow
from runtime.models.tables.kpis import AccuracyReportRow, KpiMetricRow, NewestKpiRow
from runtime.models.tables.objects import IngestedObjectRow, QuarantineRecordRow, ReplayRow, RowCheckRow, WithdrawalRow
from runtime.models.tables.quality import QualityReportRow
from runtime.models.tables.runs import ForecastRunRow, PublicationRow, PublishedRunRow

__all__ = [
    "AccuracyReportRow",
    "AnomalyEventRow",
    "AnomalyFeedbackRow",
    "AuditEventRow",
    "Base",
    "ExcludedSeries",
    "ForecastRow",
    "ForecastRunRow",
    "IngestedObjectRow",
    "InsightEventRow",
    "InsightRow",
    "JobRow",
    "KpiMetricRow",
    "NewestKpiRow",
    "PublicationRow",
    "PublishedRunRow",
    "QualityReportRow",
    "QuarantineRecordRow",
    "ReplayRow",
    "RowCheckRow",
    "WithdrawalRow",
]
