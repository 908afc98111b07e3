"""Where the files of a run are in the lake."""

from __future__ import annotations

from uuid import UUID


def manifest(run_id: UUID) -> str:
    """What the run reads."""
    return f"runs/{run_id}/manifest.json"


def quality(run_id: UUID) -> str:
    """What became of the rows."""
    return f"runs/{run_id}/quality.json"


def forecast(run_id: UUID) -> str:
    """What the forecast job says about model, series and back-test."""
    return f"runs/{run_id}/forecast.json"


def daily(run_id: UUID) -> str:
    """Prefix of the forecasts."""
    return f"forecasts/daily/v1/run_id={run_id}/"


def backtest(run_id: UUID) -> str:
    """Prefix of the back-test's forecasts, with what really happened."""
    return f"forecasts/backtest/v1/run_id={run_id}/"


def excluded(run_id: UUID) -> str:
    """Prefix of the series without a forecast."""
    return f"forecasts/excluded/v1/run_id={run_id}/"


def anomalies(run_id: UUID) -> str:
    """What the detector found in the days before the run."""
    return f"anomalies/report/v1/run_id={run_id}/report.json"


def anomaly_groups(run_id: UUID) -> str:
    """Prefix of the same as a table, one row for each group."""
    return f"anomalies/groups/v1/run_id={run_id}/"


def demand(run_id: UUID) -> str:
    """Prefix of the daily demand that the run saw."""
    return f"features/daily_demand/v1/run_id={run_id}/"
