"""From the documents of a run to stored insights: which runs are judged, what each part gives, and that it can be repeated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from contracts.paths import anomaly_report_key, insights_key, manifest_key
from kpi_engine.anomalies.detection.detector import detect_groups
from kpi_engine.anomalies.window import Window
from kpi_engine.anomaly_detection import AnomalyDetectionEngine
from kpi_engine.examples.anomalies import LAST_DAY, build_panel
from kpi_engine.insights.terms import InsightCategory
from runtime.models.domain.insights import InsightStatus
from runtime.models.domain.kpis import Basis
from runtime.models.domain.objects import ObjectStatus
from runtime.models.domain.quality import QualityReport, Verdict
from runtime.models.domain.runs import RunEnd, RunStatus
from runtime.services.insights.facts_reading import NO_EXPECTATIONS, FactsReading
from runtime.services.insights.insight_building import NOT_PUBLISHED, InsightBuilding
from runtime.services.insights.outcomes import Outcomes
from runtime.services.insights.ports import AccuracyDocument, ObjectLines
from runtime.services.insights.source_reading import MORE_LINES, NO_OBJECT, SourceReading
from runtime.services.runs.manifests import Manifests
from tests.fakes import FixedClock, InMemoryLake, InMemoryObjects, InMemoryQualityReports, InMemoryRuns
from tests.fakes.accuracy import a_run_accuracy
from tests.fakes.examples import STARTED_AT, a_run, an_accepted_object, quality_json
from tests.fakes.insights import InMemoryEvidence, InMemoryFigures, InMemoryInsights
from tests.fakes.kpis import InMemoryKpis

OBJECT_ID = UUID(int=7)
RUN = a_run(as_of_date=LAST_DAY)
LATE_FEED = {
    "dataset": "orders", "site_id": "LDS1", "state": "LATE", "rows": 900, "quarantined": 0, "first_day": "2026-01-01",
    "last_day": "2026-11-18",
    "last_complete_day": "2026-11-18", "days_behind": 3, "recent_rows": 800, "recent_quarantined": 0, "daily_rows": [40] * 56,
}  # fmt: skip


class World:
    """The fakes, with one run that readers see."""

    def __init__(self) -> None:
        self.runs, self.lake, self.reports, self.objects = InMemoryRuns(), InMemoryLake(), InMemoryQualityReports(), InMemoryObjects()
        self.insights, self.clock, self.figures = InMemoryInsights(), FixedClock(), InMemoryFigures()
        self.evidence = InMemoryEvidence(lines=[ObjectLines(OBJECT_ID, "orders", 12, ((2, 13),))])
        self.runs.start(RUN)
        self.runs.finish(RUN.id, RunEnd(RunStatus.SUCCEEDED, is_measured=False), STARTED_AT)
        entry = {"object_id": str(OBJECT_ID), "dataset": "orders", "key": "landing/orders/a.csv", "version_id": "v1", "sha256": "0" * 64}
        manifest = {"run_id": str(RUN.id), "objects": [{**entry, "rows": 90, "staging_key": "s"}]}
        self.lake.write_json(manifest_key(RUN.id), manifest)

    def publish(self) -> None:
        self.runs.point_readers_at(RUN.id, STARTED_AT)

    def judge_input(self, feeds: tuple[dict[str, Any], ...] = (), verdict: Verdict = Verdict.PASS) -> None:
        findings = [
            {
                "severity": "WARN",
                "subject": f"{each['site_id']} ({each['dataset']})",
                "text": "no complete data after 2026-11-18",
                "action": "",
                "owner": "",
            }
            for each in feeds
        ]
        extra = {"score": {"total": 90.0}, "limits": {"bad_row_share": 0.05}, "findings": findings, "feeds": list(feeds)}
        payload = {**quality_json(RUN.id), **extra}
        for part in payload["datasets"].values():
            part["objects"] = []
        self.reports.save(QualityReport(RUN.id, verdict, payload, STARTED_AT))

    def detect(self) -> None:
        report = AnomalyDetectionEngine().assess(detect_groups(build_panel()), Window.ending(LAST_DAY, 7))
        self.lake.write_json(anomaly_report_key(RUN.id), {"report": report.as_dict()})

    @property
    def building(self) -> InsightBuilding:
        facts = FactsReading(
            runs=self.runs,
            reports=self.reports,
            objects=self.objects,
            kpis=InMemoryKpis(),
            figures=self.figures,
            evidence=self.evidence,
            lake=self.lake,
        )
        sources = SourceReading(Manifests(self.lake, self.runs), self.evidence)
        return InsightBuilding(
            runs=self.runs,
            facts=facts,
            sources=sources,
            insights=self.insights,
            lake=self.lake,
            clock=self.clock,
            outcomes=Outcomes(self.insights, self.evidence, self.clock),
        )

    @property
    def categories(self) -> list[InsightCategory]:
        return sorted(each.content.category for each in self.insights.by_id.values())


@pytest.fixture
def world() -> World:
    return World()


def test_a_run_that_nobody_sees_changes_nothing_and_says_so(world: World) -> None:
    world.judge_input((LATE_FEED,))
    result = world.building.build(RUN.id)
    assert (result.to_state_output()["skip_reason"], world.insights.by_id) == (NOT_PUBLISHED, {})


def test_a_late_source_and_an_anomaly_become_insights_with_their_sources(world: World) -> None:
    world.publish()
    world.judge_input((LATE_FEED,))
    world.detect()
    result = world.building.build(RUN.id)
    assert InsightCategory.DATA_QUALITY in world.categories
    assert result.opened_count == len(world.insights.by_id) == result.sightings
    late = next(each for each in world.insights.by_id.values() if each.content.rule_id == "late_source.v1")
    assert late.content.headline == "orders of site LDS1 is 3 days late: about 120 rows are missing"


def test_an_anomaly_names_the_lines_that_its_figures_come_from(world: World) -> None:
    world.publish()
    world.judge_input()
    world.detect()
    world.building.build(RUN.id)
    [anomaly] = [each for each in world.insights.by_id.values() if each.content.category is InsightCategory.DEMAND_ANOMALY]
    [source] = cast(list[dict[str, Any]], anomaly.content.explanation["data_sources"])
    assert (source["object"], source["rows"], source["row_ranges"]) == ("landing/orders/a.csv", 12, [[2, 13]])
    assert world.evidence.selections[0].site_ids == anomaly.content.site_ids


def test_what_was_not_computed_is_silent_with_a_reason_and_resolves_nothing(world: World) -> None:
    world.publish()
    world.judge_input()
    result = world.building.build(RUN.id)
    assert (result.silent or {})["DEMAND_ANOMALY"] == "no report of this run is stored"
    assert world.lake.read_json(insights_key(RUN.id))["silent"]["DEMAND_ANOMALY"] == "no report of this run is stored"


def test_building_twice_changes_nothing(world: World) -> None:
    world.publish()
    world.judge_input((LATE_FEED,))
    world.building.build(RUN.id)
    before = dict(world.insights.by_id)
    assert world.building.build(RUN.id).changes == ()
    assert world.insights.by_id == before


def test_the_hashes_are_reproduced_from_the_sources(world: World) -> None:
    world.publish()
    world.judge_input((LATE_FEED,))
    world.building.build(RUN.id)
    hashes = {each.fingerprint: each.content.explanation["reproduce"]["expected_hash"] for each in world.insights.by_id.values()}  # type: ignore[index]
    assert world.building.reproduce(RUN.id) == hashes


def test_a_run_that_the_gate_refused_says_why_and_judges_nothing_else(world: World) -> None:
    world.judge_input(verdict=Verdict.FAIL)
    failure = {"state": "QualityGate", "code": "GateRefused", "detail": "too many bad rows"}
    world.runs.finish(RUN.id, RunEnd(RunStatus.FAILED, is_measured=False), STARTED_AT, failure)  # type: ignore[arg-type]
    result = world.building.build(RUN.id)
    assert [each.content.rule_id for each in world.insights.by_id.values()] == ["gate_refused.v1"]
    assert "DEMAND_ANOMALY" in (result.silent or {})


def test_a_source_that_is_complete_again_resolves_its_insight_after_two_runs(world: World) -> None:
    world.publish()
    world.judge_input((LATE_FEED,))
    world.building.build(RUN.id)
    for place in (1, 2):
        run = a_run(f"next-{place}", as_of_date=LAST_DAY + timedelta(days=place))
        world.runs.start(run)
        world.runs.point_readers_at(run.id, STARTED_AT)
        report = world.reports.by_run[RUN.id]
        payload = {**report.payload, "run_id": str(run.id), "feeds": [], "findings": []}
        world.reports.save(replace(report, run_id=run.id, payload=payload))
        world.lake.write_json(manifest_key(run.id), {**world.lake.read_json(manifest_key(RUN.id)), "run_id": str(run.id)})
        world.building.build(run.id)
    [insight] = world.insights.by_id.values()
    assert (insight.status, insight.closed_by) == (InsightStatus.RESOLVED, "system")


def test_an_accuracy_report_without_points_says_nothing(world: World) -> None:
    world.publish()
    world.judge_input()
    document = a_run_accuracy(Basis.ACTUALS, days=14).report.as_dict()
    world.figures.documents = [AccuracyDocument(RUN.id, Basis.ACTUALS, 14, {**document, "window": None})]
    assert (world.building.build(RUN.id).silent or {})["FORECAST_BIAS"] == "no earlier forecast has 14 days of actual demand yet"


def test_the_deadline_of_an_anomaly_is_that_of_its_alert(world: World) -> None:
    world.publish()
    world.judge_input()
    world.detect()
    world.building.build(RUN.id)
    [anomaly] = [each for each in world.insights.by_id.values() if each.content.category is InsightCategory.DEMAND_ANOMALY]
    assert anomaly.content.deadline - LAST_DAY in (timedelta(days=1), timedelta(days=2))
    assert isinstance(anomaly.content.deadline, date)


def test_an_anomaly_that_was_dismissed_is_no_insight_and_closes_the_one_that_is_open(world: World) -> None:
    world.publish()
    world.judge_input()
    world.detect()
    world.building.build(RUN.id)
    [anomaly] = [each for each in world.insights.by_id.values() if each.content.category is InsightCategory.DEMAND_ANOMALY]
    explanation = cast(dict[str, Any], anomaly.content.explanation)
    document = world.lake.read_json(anomaly_report_key(RUN.id))
    group_id = explanation["method"]["parameters"]["anomaly_group"]
    world.lake.write_json(anomaly_report_key(RUN.id), {**document, "dismissals": {group_id: "not real: a stock count"}})
    world.building.build(RUN.id)
    insight = world.insights.by_id[anomaly.id]
    assert (insight.status, insight.closing_reason) == ("RESOLVED", "its anomaly was dismissed, not real: a stock count")
    assert not [each for each in world.insights.by_id.values() if each.is_open and each.content.category is InsightCategory.DEMAND_ANOMALY]


def test_the_figures_of_an_anomaly_are_those_of_its_scope_and_the_level_is_that_of_a_day(world: World) -> None:
    world.publish()
    world.judge_input()
    world.detect()
    facts = world.building.facts.read(world.runs.get(RUN.id))
    [anomaly] = facts.anomalies or ()
    assert (anomaly.is_whole, anomaly.expected_a_day, anomaly.actual_a_day) == (True, 100.0, 152.0)
    assert facts.made_on == RUN.created_at.date()


def test_a_source_of_which_not_every_line_is_listed_says_so(world: World) -> None:
    world.publish()
    world.judge_input()
    world.detect()
    world.evidence.lines = [ObjectLines(OBJECT_ID, "orders", 13, ((2, 13),))]
    world.building.build(RUN.id)
    [anomaly] = [each for each in world.insights.by_id.values() if each.content.category is InsightCategory.DEMAND_ANOMALY]
    assert MORE_LINES in cast(list[str], anomaly.content.explanation["limits"])


def test_rejected_files_have_no_source_among_the_objects_that_the_run_has_read(world: World) -> None:
    world.publish()
    world.judge_input()
    for name in ("one", "two"):
        record = an_accepted_object(f"{name}.csv.gz", status=ObjectStatus.REJECTED, rows=0, received_at=RUN.created_at)
        world.objects.records[record.id] = record
    world.building.build(RUN.id)
    [rejection] = [each for each in world.insights.by_id.values() if each.content.rule_id == "rejected_file.v1"]
    explanation = cast(dict[str, Any], rejection.content.explanation)
    assert (explanation["impact"]["units"], explanation["impact"]["unit"]) == (2, "files")
    assert (explanation["data_sources"], explanation["limits"]) == ([], [NO_OBJECT])


def test_a_run_whose_days_no_forecast_expected_does_not_call_them_quiet(world: World) -> None:
    world.publish()
    world.judge_input()
    report = AnomalyDetectionEngine().assess([], Window.ending(LAST_DAY, 7))
    document = {**report.as_dict(), "undefined": {"groups": "no_expectations"}}
    world.lake.write_json(anomaly_report_key(RUN.id), {"report": document})
    silent = world.building.build(RUN.id).silent or {}
    assert silent["DEMAND_ANOMALY"] == NO_EXPECTATIONS
    assert silent["MODEL_HEALTH"] == "no series is long enough for a back-test, and no earlier forecast has actual demand yet"
    assert "anomaly_group.v2" not in world.lake.read_json(insights_key(RUN.id))["judged_rules"]
