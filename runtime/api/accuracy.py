"""Accuracy reports as bodies of responses."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from kpi_engine.accuracy.report.accuracy_report import AccuracyReport
from kpi_engine.accuracy.report.rows import SkuRow
from kpi_engine.shared.serialise import to_json
from runtime import bootstrap
from runtime.api.responses import CACHE_BRIEFLY, fragment, json_response, page_body, whole_list_body
from runtime.models.api.requests import GroupBy
from runtime.models.domain.kpis import RunAccuracy
from runtime.services.forecasts.accuracy_breakdown import round_figures
from runtime.services.forecasts.row_ids import ForecastKey

BREAKDOWNS = {
    GroupBy.SKU: "sku_breakdown",
    GroupBy.SITE: "site_breakdown",
    GroupBy.WEEK: "weekly_trends",
    GroupBy.HORIZON: "horizon_breakdown",
    GroupBy.LAG: "lag_breakdown",
}
NO_BREAKDOWN: dict[str, object] = {name: [] for name in (*BREAKDOWNS.values(), "unit_breakdown", "warnings")}
NO_REPORT: dict[str, object] = {
    "status": "PENDING_ACTUALS",
    **dict.fromkeys(("basis", "as_of_date", "window", "definitions_version")),
    "metrics": dict.fromkeys(("mape", "wape", "bias", "ci_coverage", "fva")),
}


def answer_accuracy(forecast_id: str, group_by: GroupBy, limit: int, cursor: str | None) -> Response[str]:
    """Return the newest accuracy of a run or of the SKU of a row, with a page of one breakdown. Raises RunNotFound, BadCursor."""
    forecasts = bootstrap.services().forecasts
    key, run_accuracy = forecasts.get_accuracy(forecast_id)
    content = accuracy_body(key, run_accuracy)
    if run_accuracy is None or key.sku_id is not None:
        return json_response(content | {"page": whole_list_body(1)}, cache=CACHE_BRIEFLY)
    page = forecasts.read_breakdown(run_accuracy, group_by, limit, cursor)
    breakdown = {} if group_by is GroupBy.NONE else {BREAKDOWNS[group_by]: fragment(page.json)}
    return json_response(content | breakdown | {"page": page_body(page)}, cache=CACHE_BRIEFLY)


def accuracy_body(key: ForecastKey, accuracy: RunAccuracy | None) -> dict[str, object]:
    """Return the newest accuracy of a run, or of one SKU in it: PENDING_ACTUALS and null metrics while there is no report."""
    head = {"forecast_id": key.run_id, "scope": key.scope, "error_grain": "day", "rollup": "pooled"} | NO_BREAKDOWN
    figures = _figures(accuracy.report, key.sku_id) if accuracy else None
    if accuracy is None or figures is None:
        return head | NO_REPORT
    rounded_figures = {name: round_figures(value) for name, value in figures.items()}
    return head | {"status": "COMPLETE", "basis": accuracy.basis.value, "as_of_date": accuracy.as_of_date} | rounded_figures


def _figures(report: AccuracyReport, sku_id: str | None) -> dict[str, object] | None:
    """Return window and metrics, of the run or of one SKU; None when the report has no such SKU."""
    about = {
        "window": to_json(report.window),
        "definitions_version": report.definitions_version,
        "error_grain": report.error_grain,
        "rollup": report.rollup,
    }
    if sku_id is None:
        return about | {
            "metrics": _metrics(report),
            "unit_breakdown": report.unit_breakdown.as_dicts(),
            "warnings": list(report.warnings),
        }
    row = next((row for row in report.sku_breakdown if row.sku_id == sku_id), None)
    return about | {"metrics": _metrics_of_sku(report, row), "sku_breakdown": [row._asdict()]} if row else None


def _metrics(report: AccuracyReport) -> dict[str, object]:
    """Return the headline figures, each with its unit and the points behind it; `undefined` has the reason of each null."""
    matched, zeros = report.joins.matched, report.joins.n_excluded["zero_actual"]
    return {
        "mape": _percent(report.mape, matched - zeros, report.undefined_reasons.get("mape")) | {"n_excluded": {"zero_actual": zeros}},
        "wape": _percent(report.wape, matched, report.undefined_reasons.get("wape")),
        "fva": to_json(report.additional.fva),
        "bias": to_json(report.bias),
        "ci_coverage": to_json(report.ci_coverage),
        "additional": report.additional.as_dict(),
        "joins": to_json(report.joins),
        "undefined": report.undefined_reasons,
    }


def _metrics_of_sku(report: AccuracyReport, row: SkuRow) -> dict[str, object]:
    """Return the headline figures of one SKU, as far as its row has them."""
    return {
        "mape": _percent(row.mape, None, "all_actuals_zero"),
        "wape": _percent(row.wape, row.n, "sum_actuals_zero"),
        "bias": {"percent": row.bias_pct, "sign_convention": report.bias.sign_convention},
        "ci_coverage": {"coverage": row.coverage, "nominal": report.ci_coverage.nominal},
        "additional": {"mase": row.mase},
    }


def _percent(value: float | None, n_obs: int | None, reason: str | None) -> dict[str, object]:
    figure: dict[str, object] = {"value": value, "unit": "percent", **({} if n_obs is None else {"n_obs": n_obs})}
    return figure if value is not None else figure | {"undefined_reason": reason}
