"""What a forecast run says about itself: the content of forecast.json, and the reasons in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from forecast_engine import baseline, model
from forecast_engine.backtest import BacktestOrigin, score
from forecast_engine.demand_class import DemandClass
from forecast_engine.exclusions import Exclusion
from forecast_engine.model import PanelForecast

BACKEND = "builtin"
SEED = 0
"""The forecaster draws no random number; the field is there for back-ends that do."""


def run_summary(
    run_id: str, forecast: PanelForecast, exclusions: Sequence[Exclusion], tested: Sequence[BacktestOrigin], settings: dict[str, Any]
) -> dict[str, Any]:
    """The content of forecast.json; accuracies in percent, null where undefined. `settings` join the model's own `params`."""
    return {
        "run_id": run_id,
        "as_of_date": forecast.origin.isoformat(),
        "horizon_days": forecast.horizon,
        "backend": BACKEND,
        "model_name": forecast.model,
        "model_version": model.VERSION,
        "seed": SEED,
        "series_forecast": len(forecast.series),
        "series_excluded": len(exclusions),
        "excluded_by_reason": by_reason(exclusions),
        "rows": forecast.mean.size,
        "backtest": _backtest(tested),
        "warnings": list(forecast.warnings),
        "params": {**settings, **_params(forecast)},
    }


def by_reason(exclusions: Sequence[Exclusion]) -> dict[str, int]:
    """How many series were left out under each code."""
    return dict(sorted(Counter(exclusion.code.value for exclusion in exclusions).items()))


def why_nothing(exclusions: Sequence[Exclusion]) -> str:
    """One sentence for a run of which no series is left, with an example of each code."""
    examples = {exclusion.code.value: f"{'/'.join(exclusion.series)}: {exclusion.reason}" for exclusion in exclusions}
    reasons = "; ".join(f"{count} {code} (for example {examples[code]})" for code, count in by_reason(exclusions).items())
    return f"none of the {len(exclusions)} series can be forecast: {reasons}"


def _backtest(tested: Sequence[BacktestOrigin]) -> dict[str, Any] | None:
    if not tested:
        return None
    return {"origins": [test.origin.isoformat() for test in tested], "baseline": baseline.NAME, **asdict(score(tested))}


def _params(forecast: PanelForecast) -> dict[str, Any]:
    counts = np.bincount(forecast.classes, minlength=len(DemandClass)).tolist()
    mean_weights = np.round(forecast.weights.mean(axis=1), 4).tolist()
    return {
        "quantiles": list(forecast.levels),
        "mean_weights": dict(zip(forecast.candidates, mean_weights, strict=True)),
        "demand_classes": {number.name: counts[number] for number in DemandClass},
    }
