"""Accuracy reports as bodies of responses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.models.api.requests import GroupBy
from runtime.models.domain.kpis import AccuracyReport
from runtime.services.forecasts.row_ids import ForecastKey

BREAKDOWNS = {GroupBy.SKU: "sku_breakdown", GroupBy.SITE: "site_breakdown", GroupBy.WEEK: "weekly_trends"}
NOTHING_MEASURED: dict[str, Any] = {
    "status": "PENDING_ACTUALS",
    **dict.fromkeys(("basis", "as_of_date", "window", "definitions_version")),
    "metrics": dict.fromkeys(("mape", "wape", "bias", "ci_coverage", "fva")),
}


def accuracy_body(key: ForecastKey, report: AccuracyReport | None, group_by: GroupBy) -> dict[str, Any]:
    """Return the newest accuracy of a run, or of one SKU in it: PENDING_ACTUALS and null metrics while there is no report."""
    none: dict[str, Any] = {name: [] for name in BREAKDOWNS.values()}
    head = {"forecast_id": key.run_id, "scope": key.scope, "error_grain": "day", "rollup": "pooled"} | none
    shown = _shown(report.payload, key.sku_id, group_by) if report else None
    if report is None or shown is None:
        return head | NOTHING_MEASURED
    return head | {"status": "COMPLETE", "basis": report.basis.value, "as_of_date": report.as_of_date} | shown


def _shown(payload: Mapping[str, Any], sku_id: str | None, group_by: GroupBy) -> dict[str, Any] | None:
    """Window, metrics and the breakdown asked for, of the run or of one SKU; None when nothing of that was measured."""
    about = {name: payload[name] for name in ("window", "definitions_version", "error_grain", "rollup")}
    if sku_id is None:
        chosen = {name: payload[name] for group, name in BREAKDOWNS.items() if group is group_by}
        return about | {"metrics": _metrics(payload)} | chosen
    row = next((row for row in payload["sku_breakdown"] if row["sku_id"] == sku_id), None)
    return about | {"metrics": _metrics_of_sku(payload, row), "sku_breakdown": [row]} if row else None


def _metrics(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The headline figures, each with its unit and the points behind it; `undefined` says why what is null is null."""
    joins, undefined = payload["joins"], payload["undefined"]
    zeros = joins["n_excluded"]["zero_actual"]
    return {
        "mape": _percent(payload["mape"], joins["matched"] - zeros, undefined.get("mape")) | {"n_excluded": {"zero_actual": zeros}},
        "wape": _percent(payload["wape"], joins["matched"], undefined.get("wape")),
        "fva": payload["additional"]["fva"],
        **{name: payload[name] for name in ("bias", "ci_coverage", "additional", "joins", "undefined")},
    }


def _metrics_of_sku(payload: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """The same of one SKU, as far as the breakdown knows them."""
    return {
        "mape": _percent(row["mape"], None, "all_actuals_zero"),
        "wape": _percent(row["wape"], row["n"], "sum_actuals_zero"),
        "bias": {"percent": row["bias_pct"], "sign_convention": payload["bias"]["sign_convention"]},
        "ci_coverage": {"coverage": row["coverage"], "nominal": payload["ci_coverage"]["nominal"]},
        "additional": {"mase": row["mase"]},
    }


def _percent(value: float | None, n_obs: int | None, reason: str | None) -> dict[str, Any]:
    told = {"value": value, "unit": "percent"} | ({} if n_obs is None else {"n_obs": n_obs})
    return told if value is not None else told | {"undefined_reason": reason}
