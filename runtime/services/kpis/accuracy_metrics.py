"""An accuracy report as single KPI values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from runtime.models.domain.kpis import AccuracyReport, KpiMetric

# Name, unit, and where the value stands in the engine's answer.
TOTALS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("wape", "percent", ("wape",)),
    ("mape", "percent", ("mape",)),
    ("accuracy", "percent", ("additional", "accuracy")),
    ("bias_percent", "percent", ("bias", "percent")),
    ("bias_units", "units", ("bias", "units")),
    ("tracking_signal", "ratio", ("bias", "tracking_signal")),
    ("smape", "percent", ("additional", "smape")),
    ("mase", "ratio", ("additional", "mase")),
    ("rmsse", "ratio", ("additional", "rmsse")),
    ("ci_coverage", "percent", ("ci_coverage", "coverage")),
    ("forecast_value_added", "points", ("additional", "fva", "points")),
)
# A site that is listed has points, so that only zeros can leave its figures undefined.
OF_SITE = (
    ("wape", "percent", "wape", "sum_actuals_zero"),
    ("mape", "percent", "mape", "all_actuals_zero"),
    ("bias_percent", "percent", "bias_pct", "sum_actuals_zero"),
)


def metrics_of(report: AccuracyReport) -> Iterator[KpiMetric]:
    """The totals and the figures of each site; nothing when no point was compared."""
    window = report.payload["window"]
    if window is None:
        return
    about, undefined = {"basis": report.basis.value}, report.payload["undefined"]
    for name, unit, path in TOTALS:
        value, n_obs = _at(report.payload, path), _points_behind(name, report.payload)
        yield _metric(report, name, unit, value, about | {"level": "total"}, n_obs, undefined.get(name))
    for site in report.payload["site_breakdown"]:
        for name, unit, column, reason in OF_SITE:
            yield _metric(report, name, unit, site[column], about | {"level": "site", "site_id": site["site_id"]}, site["n"], reason)


def _points_behind(name: str, payload: Mapping[str, Any]) -> int:
    """How many points a total was computed from."""
    joins = payload["joins"]
    of_some: dict[str, int] = {
        "mape": joins["matched"] - joins["n_excluded"]["zero_actual"],
        "ci_coverage": payload["ci_coverage"]["n"],
        "forecast_value_added": payload["additional"]["fva"]["n_obs"],
    }
    return of_some.get(name, int(joins["matched"]))


def _metric(
    report: AccuracyReport, name: str, unit: str, value: float | None, dimensions: Mapping[str, str], n_obs: int, reason: str | None
) -> KpiMetric:
    known: dict[str, Any] = {"definitions_version": report.payload["definitions_version"], "as_of_date": report.as_of_date.isoformat()}
    return KpiMetric(
        name=name,
        value=value,
        unit=unit,
        period_start=date.fromisoformat(report.payload["window"]["start"]),
        period_end=date.fromisoformat(report.payload["window"]["end"]),
        dimensions=dimensions,
        run_id=report.run_id,
        n_obs=n_obs,
        metadata=known if value is not None else known | {"undefined_reason": reason},
    )


def _at(payload: Mapping[str, Any], path: tuple[str, ...]) -> float | None:
    value: Any = payload
    for name in path:
        value = value[name]
    return None if value is None else float(value)
