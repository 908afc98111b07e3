"""Names of partitions: made in one place, recognised in one place."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

_PARTITION = re.compile(r"forecasts_[0-9a-f]{32}|kpi_metrics_\d{4}_\d{2}")


def forecast_partition(run_id: UUID) -> str:
    """The table that holds the forecasts of one run."""
    return f"forecasts_{run_id.hex}"


def kpi_partition(month: date) -> str:
    """The table that holds the KPI values of one month."""
    return f"kpi_metrics_{month:%Y_%m}"


def is_partition(table: str) -> bool:
    """Whether table is a partition, which the code creates, and not part of the schema that migrations keep."""
    return _PARTITION.fullmatch(table) is not None
