"""The content of forecast.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from contracts.documents import BacktestDocument, ForecastDocument
from forecast_engine.backtest import BacktestOrigin, score
from forecast_engine.baseline import SeasonalNaive
from forecast_engine.exclusions import Exclusion, count_by_code
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
    units: Mapping[str, str],
) -> ForecastDocument:
    """Return the content of forecast.json; accuracies in percent, null where undefined.

    units: the unit of measure of each SKU. `params` holds the settings, the quantile levels and the diagnostics of the forecaster.
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
        "excluded_by_reason": count_by_code(exclusions),
        "rows": forecast.mean.size,
        "backtest": _backtest(origins, units),
        "warnings": list(forecast.warnings),
        "params": {**settings, "quantiles": list(forecast.levels), **forecast.diagnostics.as_dict()},
    }


def _backtest(origins: Sequence[BacktestOrigin], units: Mapping[str, str]) -> BacktestDocument | None:
    if not origins:
        return None
    result = score(origins, units)
    return {
        "origins": [each.origin.isoformat() for each in origins],
        "baseline": SeasonalNaive.name,
        "wape": result.wape,
        "baseline_wape": result.baseline_wape,
        "skill": result.skill,
        "median_wape": result.median_wape,
        "largest_share": result.largest_share,
        "largest_series": None if result.largest_series is None else {**result.largest_series._asdict()},
        "n_series": result.n_series,
        "coverage": result.coverage,
        "n_obs": result.n_obs,
    }
