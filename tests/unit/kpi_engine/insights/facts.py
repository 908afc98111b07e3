"""Facts of runs as rules meet them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from kpi_engine.insights.facts import AccuracyFacts, AnomalyFacts, FeedFacts, FileFacts, QualityFacts, RunFacts, SeriesChange, SkuAccuracy

AS_OF = date(2026, 11, 28)


def a_feed(site_id: str = "LDS1", dataset: str = "orders", days_behind: int = 0) -> FeedFacts:
    return FeedFacts(
        dataset=dataset,
        site_id=site_id,
        days_behind=days_behind,
        last_complete_day=date(2026, 11, 28 - days_behind),
        is_late=days_behind > 1,
        recent_rows=2800,
        recent_quarantined=0,
        daily_rows=100.0,
    )


def a_quality(*feeds: FeedFacts, files: tuple[FileFacts, ...] = ()) -> QualityFacts:
    return QualityFacts(
        verdict="WARN", score=90.0, rows_in=10_000, quarantined=12, duplicates=3, bad_row_limit=5.0, feeds=feeds or (a_feed(),), files=files
    )


def an_anomaly(**changes: object) -> AnomalyFacts:
    """A rise of 60 % at one site on two days: 320 units instead of 200, three quarters of it by one SKU."""
    anomaly = AnomalyFacts(
        group_id="g1",
        kind="VOLUME_SPIKE",
        direction="up",
        severity="CRITICAL",
        score=98.0,
        first_day=date(2026, 11, 27),
        last_day=date(2026, 11, 28),
        expected=200.0,
        actual=320.0,
        lower=160.0,
        upper=240.0,
        site_ids=("LDS1",),
        sku_ids=("00417", "SKU-2"),
        series=(SeriesChange("LDS1", "00417", 120.0, 210.0), SeriesChange("LDS1", "SKU-2", 80.0, 110.0)),
        money=None,
        money_reason="currency_missing",
        known_events=(),
        action="Secure labour, doors and trucks for the extra volume",
        owner_role="site manager",
        deadline=date(2026, 11, 29),
        planned_units=700.0,
    )
    return replace(anomaly, **changes)  # type: ignore[arg-type]


def an_accuracy(**changes: object) -> AccuracyFacts:
    """Four weeks of actual demand; SKU-1 is always forecast too high."""
    accuracy = AccuracyFacts(
        run_id="r0",
        is_backtest=False,
        first_day=date(2026, 11, 1),
        last_day=date(2026, 11, 28),
        lead_days=28,
        n=56,
        wape=22.0,
        benchmark="seasonal_naive_7",
        benchmark_wape=20.0,
        skill=-4.0,
        coverage=60.0,
        coverage_n=560,
        nominal=80.0,
        wilson_lower=56.0,
        wilson_upper=64.0,
        skus=(
            SkuAccuracy(sku_id="SKU-1", n=28, abs_error=280.0, demand=900.0, bias_units=250.0),
            SkuAccuracy(sku_id="SKU-2", n=28, abs_error=160.0, demand=1100.0, bias_units=10.0),
        ),
    )
    return replace(accuracy, **changes)  # type: ignore[arg-type]


def a_run(**changes: object) -> RunFacts:
    run = RunFacts(
        run_id="5b0e0000-0000-4000-8000-000000000000",
        as_of_date=AS_OF,
        code_version="abc",
        model_name="mixture",
        model_version="3",
        quality=a_quality(),
        anomalies=(),
        accuracy=(),
        site_days=(100.0, 90.0, 110.0, 130.0),
        planned_units=5600.0,
    )
    return replace(run, **changes)  # type: ignore[arg-type]
