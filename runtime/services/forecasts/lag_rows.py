"""Accuracy by lag as rows."""

from __future__ import annotations

from typing import NamedTuple

from kpi_engine.accuracy.report.accuracy_report import AccuracyReport


class LagRow(NamedTuple):
    """Accuracy of the forecasts that were the newest so many weeks before. no_snapshot: target days without a forecast that old."""

    lag: str
    n: int
    wape: float | None
    bias_pct: float | None
    no_snapshot: int


def list_lags(report: AccuracyReport) -> list[LagRow]:
    """Return the accuracy by lag, the shortest first."""
    lags = report.additional.lag
    return [LagRow(name, lags[name].n, lags[name].wape, lags[name].bias_pct, lags[name].no_snapshot) for name in sorted(lags, key=_weeks)]


def _weeks(lag: str) -> int:
    return int(lag.removesuffix("w"))
