"""Summaries of finished runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from runtime.models.domain.documents import Backtest, RowCounts
from runtime.models.domain.quality import QualityReport
from runtime.models.domain.runs import Execution, ForecastRun, PublishedRun


def success_summary(run: ForecastRun, report: QualityReport | None, anomaly_lines: Sequence[str] = ()) -> str:
    """Summarise the input, forecasts and exclusions of a finished run, one line each, and then the anomalies that it tells of."""
    return "\n".join([*_success_lines(run, report), *anomaly_lines])


def failure_summary(execution: Execution, code: str, detail: str, run: ForecastRun | None, published_run: PublishedRun | None) -> str:
    """Summarise why a run failed and which run readers see meanwhile."""
    what = f"Run {run.id} (data to {run.as_of_date})" if run else f"Execution {execution.name}"
    readers = (
        f"Readers see run {published_run.run_id} (data to {published_run.as_of_date})." if published_run else "No run is published yet."
    )
    return f"{what} failed. {code}: {detail}\n{readers}"


def unmeasured_summary(run: ForecastRun, anomaly_lines: Sequence[str] = ()) -> str:
    """Summarise a run whose forecast is complete, why measuring it failed, and the anomalies that it tells of."""
    failure = run.failure or {"state": None, "code": "Unknown", "detail": "no cause was given"}
    status = "published" if run.published_at else "loaded, not published,"
    missing_part = "but its end was not recorded in time" if run.measured_at else "but not measured: its KPIs or anomalies are missing"
    summary = (
        f"Run {run.id} (data to {run.as_of_date}) is {status} {missing_part}. {failure['state'] or 'Unknown state'} failed. "
        f"{failure['code']}: {failure['detail']}\n"
        "The forecast is complete. A redrive of the execution continues at the state that failed."
    )
    return "\n".join([summary, *anomaly_lines])


def _success_lines(run: ForecastRun, report: QualityReport | None) -> Iterator[str]:
    status = "published" if run.published_at else "finished, not published"
    first, last = run.as_of_date + timedelta(days=1), run.as_of_date + timedelta(days=run.horizon_days)
    yield f"Run {run.id} {status}: forecast for {first} to {last}, data to {run.as_of_date}."
    if report:
        counts = RowCounts.model_validate(report.payload)
        yield (
            f"Rows: {counts.rows_in:,} in = {counts.curated:,} curated + {counts.quarantined:,} quarantined"
            f" + {counts.duplicates:,} duplicates (quality {report.verdict})."
        )
    forecast_count, excluded_count = _number(run.series_forecast), _number(run.series_excluded)
    yield f"Series: {forecast_count} SKU-site pairs forecast by {run.model_name}, {excluded_count} excluded."
    backtest = Backtest.model_validate(run.backtest or {})
    if backtest.wape is not None:
        baseline = "" if backtest.baseline_wape is None else f"; baseline {backtest.baseline}: {backtest.baseline_wape:.1f} %"
        median = "" if backtest.median_wape is None else f"; median series: {backtest.median_wape:.1f} %"
        yield f"Error on past weeks (back-test WAPE): {backtest.wape:.1f} %{median}{baseline}."
    for warning in run.warnings:
        yield f"Warning: {warning}"


def _number(count: int | None) -> str:
    return "no" if count is None else f"{count:,}"
