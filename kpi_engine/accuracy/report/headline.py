"""The figures of everything together, and why what is null is null."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kpi_engine.accuracy.inputs.calendar import Grain, Grid
from kpi_engine.accuracy.inputs.inputs import Question
from kpi_engine.accuracy.inputs.series import Series
from kpi_engine.accuracy.metrics.accumulate import Tally
from kpi_engine.accuracy.metrics.lags import lag_accuracy
from kpi_engine.accuracy.metrics.point import Errors
from kpi_engine.accuracy.metrics.quantile import mean_loss, weighted_losses
from kpi_engine.accuracy.metrics.scaled import Scales, mase, rmsse
from kpi_engine.accuracy.metrics.value_added import value_added
from kpi_engine.accuracy.report.serialise import number
from kpi_engine.accuracy.report.weeks import newest, trend
from kpi_engine.shared.calendar import date_of

SIGN_CONVENTION = "forecast_minus_actual"
NO_OBSERVATIONS = "no_observations"
SUM_ZERO = "sum_actuals_zero"
CONTROL_LIMIT = 4
ENOUGH_TO_JUDGE = 6


def bias(total: Errors, sums: Tally) -> dict[str, Any]:
    """Which way the forecast leans; positive: over-forecast. The tracking signal is that of the last 13 ISO weeks with points.

    verdict: out_of_control where the tracking signal is beyond +-4; insufficient_data below 6 points.
    """
    recent = newest(sums.by_day, sums.first_day)
    signal = number(recent.tracking_signal())
    judged = recent.n[0] >= ENOUGH_TO_JUDGE and signal is not None
    verdict = "out_of_control" if judged and abs(signal or 0) > CONTROL_LIMIT else "in_control" if judged else "insufficient_data"
    return {
        "units": float(total.error[0]) if total.n[0] else None,
        "percent": number(total.bias_percent()),
        "mean": number(total.mean_bias()),
        "tracking_signal": signal,
        "verdict": verdict,
        "sign_convention": SIGN_CONVENTION,
    }


def additional(sums: Tally, series: Series, scales: Scales, weekly: Sequence[dict[str, Any]], grain: Grain) -> dict[str, Any]:
    """The other measures, the two headline ones among them."""
    total = sums.errors.total()
    wape = number(total.wape())
    everything = np.zeros(len(sums.series), dtype=np.int64)
    return {
        "mape": number(total.mape()),
        "wape": wape,
        "accuracy": None if wape is None else max(0.0, 100 - wape),
        "accuracy_raw": None if wape is None else 100 - wape,
        "smape": number(total.smape()),
        "smape_range": 200,
        "mae": number(total.mae()),
        "rmse": number(total.rmse()),
        "sum_abs_error": float(total.abs_error[0]),
        "wape_aggregate_first": number(sums.newest.wape()),
        "mase": number(mase(sums.errors, scales.absolute[sums.series], everything, 1)),
        "rmsse": number(rmsse(sums.errors, scales.squared[sums.series], everything, 1)),
        "season": grain.season,
        "wql": weighted_losses(sums.losses),
        "mean_wql": mean_loss(sums.losses),
        "fva": value_added(sums.gains, series.sku_of[sums.series], len(series.skus)),
        "lag": lag_accuracy(sums.lags),
        "trend": trend(weekly),
    }


def joins(question: Question, sums: Tally) -> dict[str, Any]:
    """How the rows of the frames met; actuals of the days before the first forecast are training days, not `actual_only`."""
    since = question.actual.count_since(question.forecasts.first_day)
    total = sums.errors.total()
    return {
        "matched": int(sums.points_on.sum()),
        "forecast_only": sums.forecast_only,
        "actual_only": since - sums.targets,
        "n_excluded": {
            "zero_actual": int(total.n[0] - total.nonzero[0]),
            "missing_forecast": sums.missing_forecast,
            **question.missing,
        },
    }


def window(sums: Tally, grid: Grid) -> dict[str, str] | None:
    """The first and the last day with points, None without any."""
    days = np.flatnonzero(sums.points_on) + grid.first
    return {"start": str(date_of(days[0])), "end": str(date_of(days[-1]))} if len(days) else None


def undefined(answer: Mapping[str, Any], sums: Tally, scales: Scales) -> dict[str, str]:
    """Why each headline measure that is null is null."""
    more = answer["additional"]
    values = {
        **{name: answer[name] for name in ("mape", "wape")},
        **{name: more[name] for name in ("accuracy", "smape", "mae", "rmse", "mase", "rmsse", "mean_wql", "wape_aggregate_first")},
        **{f"bias_{name}": answer["bias"][name] for name in ("units", "percent", "mean")},
        "tracking_signal": answer["bias"]["tracking_signal"],
        "ci_coverage": answer["ci_coverage"]["coverage"],
        "forecast_value_added": more["fva"]["points"],
        **{f"lag_{lag}": value["wape"] for lag, value in more["lag"].items()},
        "trend": more["trend"]["slope"],
    }
    known = _reasons(more, sums, scales) if len(sums.series) else {}
    return {name: known.get(name, NO_OBSERVATIONS) for name, value in values.items() if value is None}


def _reasons(more: Mapping[str, Any], sums: Tally, scales: Scales) -> dict[str, str]:
    trained = bool(np.isfinite(scales.absolute[sums.series]).any())
    return {
        "mape": "all_actuals_zero",
        **dict.fromkeys(("wape", "accuracy", "bias_percent", "wape_aggregate_first"), SUM_ZERO),
        "mean_wql": SUM_ZERO if more["wql"].get("p50") is None else "quantile_missing",
        "tracking_signal": "mad_zero",
        "forecast_value_added": SUM_ZERO if more["fva"]["n_obs"] else NO_OBSERVATIONS,
        **dict.fromkeys(("mase", "rmsse"), "scale_zero" if trained else NO_OBSERVATIONS),
        **{f"lag_{lag}": SUM_ZERO if value["n"] else "no_snapshot_at_lag" for lag, value in more["lag"].items()},
        "trend": "too_few_complete_weeks",
    }
