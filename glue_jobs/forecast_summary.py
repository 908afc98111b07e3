"""The content of forecast.json, and the reasons for excluded series in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from contracts.documents import BacktestDocument, ForecastDocument
from forecast_engine.backtest import BacktestOrigin, score
from forecast_engine.baseline import SeasonalNaive
from forecast_engine.exclusions import Exclusion
from forecast_engine.forecaster import Forecaster, PanelForecast

BACKEND = "builtin"
SEED = 0
"""The forecasters draw no random numbers; the field is there for back-ends that do."""


def run_summary(
    run_id: str,
    forecast: PanelForecast,
    *,
    forecaster: Forecaster,
    exclusions: Sequence[Exclusion],
    origins: Sequence[BacktestOrigin],
    settings: Mapping[str, object],
) -> ForecastDocument:
    """Return the content of forecast.json; accuracies in percent, null where undefined.

    `params` holds the settings, the quantile levels and the diagnostics of the forecaster.
    """
    return {
        "run_id": run_id,
        "as_of_date": forecast.origin.isoformat(),
        "horizon_days": forecast.horizon,
        "backend": BACKEND,
        "model_name": forecast.model,
        "model_version": forecaster.version,
        "seed": SEED,
        "series_forecast": len(forecast.series),
        "series_excluded": len(exclusions),
        "excluded_by_reason": count_by_reason(exclusions),
        "rows": forecast.mean.size,
        "backtest": _backtest(origins),
        "warnings": list(forecast.warnings),
        "params": {**settings, "quantiles": list(forecast.levels), **forecast.diagnostics.as_dict()},
    }


def count_by_reason(exclusions: Sequence[Exclusion]) -> dict[str, int]:
    """Count the excluded series by code."""
    return dict(sorted(Counter(exclusion.code.value for exclusion in exclusions).items()))


def explain_empty_forecast(exclusions: Sequence[Exclusion]) -> str:
    """Return one sentence for a run in which every series is excluded, with an example of each code."""
    examples = {exclusion.code.value: f"{'/'.join(exclusion.series)}: {exclusion.reason}" for exclusion in exclusions}
    reasons = "; ".join(f"{count} {code} (for example {examples[code]})" for code, count in count_by_reason(exclusions).items())
    return f"none of the {len(exclusions)} series can be forecast: {reasons}"


def _backtest(origins: Sequence[BacktestOrigin]) -> BacktestDocument | None:
    if not origins:
        return None
    result = score(origins)
    return {
        "origins": [each.origin.isoformat() for each in origins],
        "baseline": SeasonalNaive.name,
        "wape": result.wape,
        "baseline_wape": result.baseline_wape,
        "coverage": result.coverage,
        "n_obs": result.n_obs,
    }
