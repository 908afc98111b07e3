"""Names of partitions."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

_PARTITION = re.compile(r"forecasts_[0-9a-f]{32}|kpi_metrics_\d{4}_\d{2}")


def forecast_partition(run_id: UUID) -> str:
    """Return the name of the table with the forecasts of one run."""
    return f"forecasts_{run_id.hex}"


def kpi_partition(month: date) -> str:
    """Return the name of the table with the KPI values of one month."""
    return f"kpi_metrics_{month:%Y_%m}"


def is_partition(table: str) -> bool:
    """Return whether a table is a partition, which the code creates, not the migrations."""
    return _PARTITION.fullmatch(table) is not None
