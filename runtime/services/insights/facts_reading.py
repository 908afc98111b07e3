"""Read the facts of a run that the insight engine judges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, median
from typing import cast

from contracts.feeds import FeedState, lateness_text, name_feed
from contracts.paths import anomaly_report_key
from contracts.run_states import GATE_REFUSED
from kpi_engine.anomalies.terms import FigureBasis
from kpi_engine.insights.facts import (
    AccuracyFacts,
    AnomalyFacts,
    FeedFacts,
    FileFacts,
    PartName,
    QualityFacts,
    RunFacts,
    SeriesChange,
    SkuAccuracy,
)
from kpi_engine.insights.finding import Money
from kpi_engine.insights.json_values import JsonDocument
from kpi_engine.insights.rules.demand_anomaly import DAYS_AHEAD, SEVERITIES
from runtime.errors import NotFound
from runtime.models.domain.documents import Feed, QualityDocument
from runtime.models.domain.kpis import Basis
from runtime.models.domain.quality import QualityReport
from runtime.models.domain.runs import ForecastRun
from runtime.services.insights.logistics_reading import read_logistics
from runtime.services.insights.ports import AccuracyDocument, MeasuredFigures, RowSelection, RunEvidence
from runtime.services.object_ports import IngestedObjects, Lake
from runtime.services.ports import KpiRepository, QualityReports, RunRepository

SITE_DAYS = 28
USUAL_TIME = timedelta(weeks=13)
WEEK_DAYS = 7
NOT_MEASURED = "the run ended before this was computed"
NO_REPORT = "no report of this run is stored"
NO_EXPECTATIONS = (
    "no series has a forecast that was made before its days: its history is too short for a back-test, and no earlier run reaches them"
)


@dataclass(frozen=True, kw_only=True)
class FactsReading:
    """Read what the steps of a run have stored. A part that is missing is None, with the reason."""

    runs: RunRepository
    reports: QualityReports
    objects: IngestedObjects
    kpis: KpiRepository
    figures: MeasuredFigures
    evidence: RunEvidence
    lake: Lake

    def read(self, run: ForecastRun) -> RunFacts:
        """Return the facts of a run that is measured, or that the quality gate refused."""
        refusal = run.failure["detail"] if run.failure and run.failure["code"] == GATE_REFUSED else None
        is_complete = run.published_at is not None
        ahead = RowSelection(run.id, run.as_of_date + timedelta(days=1), run.as_of_date + timedelta(days=run.horizon_days))
        anomaly_document = self._read_anomaly_document(run) if is_complete else None
        report = anomaly_document["report"] if anomaly_document else None
        is_compared = report is not None and not report.get("undefined")
        anomalies = self._read_anomalies(run, report) if report is not None and is_compared else None
        accuracy = self._read_accuracy(run) if is_complete else None
        quality = self._read_quality(run)
        logistics = read_logistics(self.lake, run.id) if is_complete else None
        parts = {PartName.QUALITY: quality, PartName.ANOMALIES: anomalies, PartName.ACCURACY: accuracy, PartName.LOGISTICS: logistics}
        return RunFacts(
            run_id=str(run.id),
            as_of_date=run.as_of_date,
            code_version=run.code_version,
            model_name=run.model_name,
            model_version=run.model_version,
            refusal=refusal,
            quality=quality,
            anomalies=anomalies,
            accuracy=accuracy,
            logistics=logistics,
            site_days=tuple(self.evidence.site_days(run.id, run.as_of_date - timedelta(days=SITE_DAYS - 1))) if is_complete else (),
            planned_units=self.figures.planned_units(ahead) if is_complete else None,
            missing={
                name: NOT_MEASURED if not is_complete else NO_EXPECTATIONS if name is PartName.ANOMALIES and report else NO_REPORT
                for name, part in parts.items()
                if part is None
            },
            made_on=run.created_at.date(),
            dismissals=(anomaly_document or {}).get("dismissals", {}),
        )

    def _read_quality(self, run: ForecastRun) -> QualityFacts | None:
        try:
            report = self.reports.get(run.id)
        except NotFound:
            return None
        payload = cast(JsonDocument, report.payload)
        document = QualityDocument.model_validate({"run_id": str(run.id), **payload})
        rejections = self.objects.list_unusable(self.runs.find_previous_start(run.id), run.created_at)
        return QualityFacts(
            verdict=report.verdict.value,
            score=float(payload["score"]["total"]),
            rows_in=document.rows_in,
            quarantined=document.quarantined,
            duplicates=document.duplicates,
            bad_row_limit=100 * float(payload["limits"]["bad_row_share"]),
            feeds=tuple(_feed_facts(feed, _late_subjects(report)) for feed in document.feeds if feed.state in _DELIVERING),
            files=tuple(_file_facts(payload)),
            rejected_files=tuple(
                FileFacts(each.key, each.dataset or "", each.rows, each.rows, {str(each.reason_code or "NO_ROWS"): each.rows})
                for each in sorted(rejections, key=lambda each: each.key)
            ),
        )

    def _read_anomaly_document(self, run: ForecastRun) -> JsonDocument | None:
        try:
            return cast(JsonDocument, self.lake.read_json(anomaly_report_key(run.id)))
        except NotFound:
            return None

    def _read_anomalies(self, run: ForecastRun, report: JsonDocument) -> tuple[AnomalyFacts, ...]:
        anomalies = {each["group_id"]: each for name in ("volume_spikes", "volume_drops", "other") for each in report[name]}
        return tuple(self._anomaly_facts(run, alert, anomalies) for alert in report["alerts"] if alert["severity"] in SEVERITIES)

    def _anomaly_facts(self, run: ForecastRun, alert: JsonDocument, anomalies: Mapping[str, JsonDocument]) -> AnomalyFacts:
        group_id = next((each for each in alert["group_ids"] if each in anomalies), alert["group_ids"][0])
        anomaly, change, action = anomalies.get(group_id, {}), alert["expected_and_seen"], alert["recommended_action"]
        money, where = alert["impact"]["money"], alert["where"]
        sites, skus = tuple(where.get("site_id", ())), tuple(where.get("sku_id", ()))
        ahead = RowSelection(run.id, run.as_of_date + timedelta(days=1), run.as_of_date + timedelta(days=DAYS_AHEAD), sites, skus)
        is_whole = change.get("basis") == FigureBasis.SCOPE
        # a plan is read by sites and SKUs: of series that are not all of those it would be that of others as well
        has_plan = is_whole or len(anomaly.get("series", ())) == max(len(sites), 1) * max(len(skus), 1)
        return AnomalyFacts(
            group_id=group_id,
            kind=alert["type"],
            direction=str(anomaly.get("direction") or ""),
            severity=alert["severity"],
            score=alert["score"],
            first_day=date.fromisoformat(alert["when"]["local"]["start_date"]),
            last_day=date.fromisoformat(alert["when"]["local"]["end_date"]),
            expected=change["expected"],
            actual=change["seen"],
            lower=change["lower"],
            upper=change["upper"],
            site_ids=sites,
            sku_ids=skus,
            series=tuple(
                SeriesChange(each.get("site_id", ""), each.get("sku_id", ""), each["expected"], each["actual"])
                for each in anomaly.get("series", ())
            ),
            money=Money(money["expected"], money["currency"], money["low"], money["high"]) if money else None,
            money_reason=alert["impact"]["money_reason"],
            known_events=tuple(event["name"] for event in alert["known_events"]),
            action=action["action"],
            owner_role=action["owner_role"],
            deadline=date.fromisoformat(action["deadline"]),
            planned_units=self.figures.planned_units(ahead) if has_plan else None,
            expected_a_day=change.get("expected_a_day"),
            actual_a_day=change.get("seen_a_day"),
            is_whole=is_whole,
            scope=anomaly.get("scope"),
        )

    def _read_accuracy(self, run: ForecastRun) -> tuple[AccuracyFacts, ...]:
        before = run.as_of_date - timedelta(days=1)
        usual = [wape for _, wape in self.kpis.week_wapes(before - USUAL_TIME, before)]
        facts = (_accuracy_facts(each, usual) for each in self.figures.accuracy_documents(run.id))
        return tuple(each for each in facts if each is not None)


RARE = ("INTERMITTENT", "LUMPY")
_DELIVERING = (FeedState.CURRENT, FeedState.LATE)


def _late_subjects(report: QualityReport) -> set[str]:
    """Return the feeds that the quality report calls late: it knows how late each usually is."""
    findings = cast(Sequence[Mapping[str, str]], report.payload.get("findings", ()))
    prefix = lateness_text("").strip()
    return {each["subject"] for each in findings if each["text"].startswith(prefix) and each["severity"] != "INFO"}


def _feed_facts(feed: Feed, late_subjects: set[str]) -> FeedFacts:
    return FeedFacts(
        dataset=feed.dataset,
        site_id=feed.site_id,
        days_behind=feed.days_behind,
        last_complete_day=feed.last_complete_day,
        is_late=name_feed(feed.site_id, feed.dataset) in late_subjects and feed.days_behind > 0,
        recent_rows=feed.recent_rows,
        recent_quarantined=feed.recent_quarantined,
        daily_rows=float(median([rows for rows in feed.daily_rows if rows] or [0])),
    )


def _file_facts(payload: JsonDocument) -> Iterator[FileFacts]:
    for dataset, part in sorted(payload["datasets"].items()):
        for each in sorted(part.get("objects", ()), key=lambda each: each["key"]):
            if each["quarantined"]:
                yield FileFacts(each["key"], dataset, each["rows_in"], each["quarantined"], each.get("codes", {}))


def _accuracy_facts(accuracy: AccuracyDocument, usual: Sequence[float]) -> AccuracyFacts | None:
    report = cast(JsonDocument, accuracy.document)
    window, coverage = report.get("window"), report.get("ci_coverage", {})
    if window is None:
        return None
    value_added = report.get("additional", {}).get("fva", {})
    return AccuracyFacts(
        run_id=str(accuracy.run_id),
        is_backtest=accuracy.basis is Basis.BACKTEST,
        first_day=date.fromisoformat(window["start"]),
        last_day=date.fromisoformat(window["end"]),
        lead_days=accuracy.lead_days,
        n=report["joins"]["matched"],
        wape=report.get("wape"),
        usual_wape=fmean(usual) if usual and accuracy.lead_days == WEEK_DAYS else None,
        usual_count=len(usual) if accuracy.lead_days == WEEK_DAYS else 0,
        coverage=coverage.get("coverage"),
        coverage_n=coverage.get("n") or 0,
        nominal=coverage.get("nominal"),
        wilson_lower=coverage.get("wilson_lower"),
        wilson_upper=coverage.get("wilson_upper"),
        benchmark=value_added.get("benchmark"),
        benchmark_wape=value_added.get("benchmark_wape"),
        skill=value_added.get("skill"),
        has_several_units=len(report.get("unit_breakdown", ())) > 1,
        skus=tuple(_sku_accuracies(report.get("sku_breakdown", ()))),
    )


def _sku_accuracies(rows: Sequence[JsonDocument]) -> Iterator[SkuAccuracy]:
    """Yield demand and bias in units from the percentages; a SKU without demand or error has none."""
    for row in rows:
        if row["wape"] and row["bias_pct"] is not None:
            demand = 100 * row["abs_error"] / row["wape"]
            share = row.get("share_of_error")
            yield SkuAccuracy(
                sku_id=row["sku_id"],
                n=row["n"],
                abs_error=row["abs_error"],
                demand=demand,
                bias_units=row["bias_pct"] * demand / 100,
                volume=None if share is None else share / row["wape"],
                is_rare=row.get("demand_class") in RARE,
            )
