"""Accuracy by SKU, by site and by lead time, from the sums of a tally."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from kpi_engine.accuracy.inputs.series import Series
from kpi_engine.accuracy.metrics.accumulate import Tally
from kpi_engine.accuracy.metrics.point import Errors
from kpi_engine.accuracy.metrics.scaled import Scales, mase
from kpi_engine.accuracy.report.serialise import nulls, records
from kpi_engine.shared.arrays import Ints, ratio, sum_by


def by_sku(tally: Tally, series: Series, scales: Scales, classes: Sequence[str | None]) -> list[dict[str, Any]]:
    """One row per SKU with points, the largest contribution to the total absolute error first; the shares sum to 100 percent."""
    group = series.sku_of[tally.series]
    held = np.unique(group)
    abs_error = sum_by(group, len(series.skus), tally.errors.abs_error)
    largest_first = held[np.argsort(-abs_error[held], kind="stable")]
    columns = _columns(tally, "sku_id", series.skus, group, largest_first, scales)
    columns["demand_class"] = [classes[sku] for sku in largest_first.tolist()]
    columns["rank"] = range(1, len(held) + 1)
    return records(columns)


def by_site(tally: Tally, series: Series, scales: Scales) -> list[dict[str, Any]]:
    """One row per site, in alphabetical order."""
    group = series.site_of[tally.series]
    return records(_columns(tally, "site_id", series.sites, group, np.unique(group), scales))


def by_horizon(by_lead: Errors) -> list[dict[str, Any]]:
    """WAPE and bias by lead time in days, for points whose lead time is known."""
    ahead = np.flatnonzero(by_lead.n[1:]) + 1
    errors = by_lead.of(ahead)
    columns = {
        "horizon_days": ahead.tolist(),
        "n": errors.n.astype(np.int64).tolist(),
        "wape": nulls(errors.wape()),
        "bias_pct": nulls(errors.bias_percent()),
    }
    return records(columns)


def _columns(tally: Tally, key: str, names: Sequence[str], group: Ints, shown: Ints, scales: Scales) -> dict[str, Iterable[Any]]:
    """The figures of the shown groups, in their order; `group` is that of each series of the tally."""
    total, size = tally.errors.rolled(group, len(names)), len(names)
    errors = total.of(shown)
    return {
        key: [names[one] for one in shown.tolist()],
        "n": errors.n.astype(np.int64).tolist(),
        "mape": nulls(errors.mape()),
        "wape": nulls(errors.wape()),
        "bias_pct": nulls(errors.bias_percent()),
        "mase": nulls(mase(tally.errors, scales.absolute[tally.series], group, size)[shown]),
        "coverage": nulls(tally.intervals.rolled(group, size).coverage()[shown]),
        "abs_error": errors.abs_error.tolist(),
        "share_of_error": nulls(100 * ratio(errors.abs_error, np.full(len(shown), total.abs_error.sum()))),
    }
