"""Summary of a finished run for people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from runtime.models.domain.quality import QualityReport
from runtime.models.domain.runs import Execution, ForecastRun, PublishedRun


def success_summary(run: ForecastRun, report: QualityReport | None) -> str:
    """Summarise the input, forecasts and exclusions of a finished run, one line each."""
    return "\n".join(_success_lines(run, report))


def failure_summary(execution: Execution, code: str, detail: str, run: ForecastRun | None, published: PublishedRun | None) -> str:
    """Summarise why a run failed and which run readers see meanwhile."""
    what = f"Run {run.id} (data to {run.as_of_date})" if run else f"Execution {execution.name}"
    readers = f"Readers see run {published.run_id} (data to {published.as_of_date})." if published else "No run is published yet."
    return f"{what} failed. {code}: {detail}\n{readers}"


def _success_lines(run: ForecastRun, report: QualityReport | None) -> Iterator[str]:
    status = "published" if run.published_at else "finished, not published"
    first, last = run.as_of_date + timedelta(days=1), run.as_of_date + timedelta(days=run.horizon_days)
    yield f"Run {run.id} {status}: forecast for {first} to {last}, data to {run.as_of_date}."
    if report:
        counts = report.payload
        yield (
            f"Rows: {_number(counts['rows_in'])} in = {_number(counts['curated'])} curated + {_number(counts['quarantined'])} quarantined"
            f" + {_number(counts['duplicates'])} duplicates (quality {report.verdict})."
        )
    forecast, excluded = _number(run.series_forecast), _number(run.series_excluded)
    yield f"Series: {forecast} SKU-site pairs forecast by {run.model_name}, {excluded} excluded."
    backtest = run.backtest or {}
    if backtest.get("wape") is not None:
        baseline = _baseline(backtest.get("baseline"), backtest.get("baseline_wape"))
        yield f"Error on past weeks (back-test WAPE): {backtest['wape']:.1f} %{baseline}."
    for warning in run.warnings:
        yield f"Warning: {warning}"


def _baseline(baseline: str | None, wape: float | None) -> str:
    return "" if wape is None else f"; baseline {baseline}: {wape:.1f} %"


def _number(count: int | None) -> str:
    return "no" if count is None else f"{count:,}"
