"""The paragraph that people read when a run ends."""

from __future__ import annotations

from collections.abc import Iterator

from runtime.models.domain.quality import QualityReport
from runtime.models.domain.runs import Execution, ForecastRun, PublishedRun


def success_summary(run: ForecastRun, report: QualityReport | None) -> str:
    """What a finished run read, forecast and left out, one line each."""
    return "\n".join(_success_lines(run, report))


def failure_summary(execution: Execution, code: str, detail: str, run: ForecastRun | None, published: PublishedRun | None) -> str:
    """What went wrong, and what readers see meanwhile."""
    what = f"Run {run.id} (data to {run.as_of_date})" if run else f"Execution {execution.name}"
    readers = f"Readers see run {published.run_id} (data to {published.as_of_date})." if published else "No run is published yet."
    return f"{what} failed. {code}: {detail}\n{readers}"


def _success_lines(run: ForecastRun, report: QualityReport | None) -> Iterator[str]:
    state = "is published" if run.published_at else "finished and is not published"
    yield f"Run {run.id} {state}: the {run.horizon_days} days after {run.as_of_date}."
    if report:
        counts = report.payload
        yield (
            f"Rows: {_number(counts['rows_in'])} in = {_number(counts['curated'])} curated + {_number(counts['quarantined'])} quarantined"
            f" + {_number(counts['duplicates'])} duplicates (quality {report.verdict})."
        )
    yield f"Series: {_number(run.series_forecast)} forecast by {run.model_name}, {_number(run.series_excluded)} excluded with a reason."
    backtest = run.backtest or {}
    if backtest.get("wape") is not None:
        yield f"Back-test: WAPE {backtest['wape']:.1f} %{_against(backtest.get('baseline'), backtest.get('baseline_wape'))}."
    for warning in run.warnings:
        yield f"Warning: {warning}"


def _against(baseline: str | None, wape: float | None) -> str:
    return "" if wape is None else f", {baseline} {wape:.1f} %"


def _number(count: int | None) -> str:
    return "no" if count is None else f"{count:,}"
