"""The gate judges files, sites and recent days, not one share over everything."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from runtime.errors import GateRefused
from runtime.models.domain.findings import QualityLimits, Severity
from runtime.models.domain.objects import IngestedObject, ObjectStatus, ReasonCode
from runtime.models.domain.quality import QualityReport, Verdict
from runtime.models.domain.runs import Gate
from runtime.services.data_quality.page_style import STYLE
from runtime.services.runs.quality_gate import Judgement, QualityGate
from tests.fakes import FixedClock, InMemoryLake, InMemoryObjects, InMemoryQualityReports, InMemoryRuns
from tests.fakes.examples import AS_OF, STARTED_AT, a_row_check, a_run, an_accepted_object, quality_json


@pytest.fixture
def run_id(runs: InMemoryRuns) -> UUID:
    return runs.start(a_run()).id


@pytest.fixture
def gate(lake: InMemoryLake, reports: InMemoryQualityReports, runs: InMemoryRuns, clock: FixedClock) -> QualityGate:
    return QualityGate(lake, reports, runs, InMemoryObjects(), clock, bad_row_share_limit=0.05)


def a_feed(site: str = "LDS1", behind: int = 0, **changes: Any) -> dict[str, Any]:
    last = (AS_OF - timedelta(days=behind)).isoformat()
    state = "CURRENT" if not behind else "LATE" if behind <= 56 else "SILENT"
    return {
        "dataset": "orders",
        "site_id": site,
        "state": state,
        "rows": 1000,
        "quarantined": 0,
        "first_day": "2026-01-01",
        "last_day": last,
        "last_complete_day": last,
        "days_behind": behind,
        "partial_days": [],
        "unknown_days": [],
        "days_due": 24,
        "days_complete": 24,
        "volume": 1.0,
        "drift": 0.01,
        "recent_rows": 240,
        "recent_quarantined": 0,
        "daily_rows": [10] * 56,
        "daily_quarantined": [0] * 56,
    } | changes


def an_object(name: str, rows_in: int, quarantined: int) -> dict[str, Any]:
    return {
        "object_id": name,
        "key": f"landing/orders/v1/{name}",
        "rows_in": rows_in,
        "curated": rows_in - quarantined,
        "quarantined": quarantined,
        "duplicates": 0,
    }


OF_ORDERS = ("objects", "unplaced_rows", "codes")
"""Changes of the part about orders; the others are of the whole document."""


def judge(gate: QualityGate, lake: InMemoryLake, run_id: UUID, *feeds: dict[str, Any], **changes: Any) -> Judgement:
    document = quality_json(run_id, **{"quarantined": 0, "duplicates": 0} | {k: v for k, v in changes.items() if k not in OF_ORDERS})
    document["datasets"]["orders"]["objects"] = changes.get("objects", [])
    document["datasets"]["orders"] |= {name: changes[name] for name in ("unplaced_rows", "codes") if name in changes}
    lake.write_json(f"runs/{run_id}/quality.json", document | {"feeds": list(feeds)})
    return gate.judge(run_id, Gate.ENFORCE)


def test_complete_sites_pass_without_a_finding(gate: QualityGate, lake: InMemoryLake, run_id: UUID) -> None:
    judgement = judge(gate, lake, run_id, a_feed("A"), a_feed("B"))
    assert (judgement.verdict, judgement.findings) == (Verdict.PASS, ())


def test_a_file_without_a_usable_row_is_never_pass_and_is_named(gate: QualityGate, lake: InMemoryLake, run_id: UUID) -> None:
    files = [an_object("good.csv", 990, 0), an_object("bad.csv", 10, 10)]
    judgement = judge(gate, lake, run_id, a_feed(), quarantined=10, objects=files)
    assert judgement.verdict is Verdict.WARN
    assert judgement.reasons == ("bad.csv: none of the 10 rows of this file can be used",)


def test_a_late_site_warns_with_its_name_and_the_run_goes_on(
    gate: QualityGate, lake: InMemoryLake, run_id: UUID, runs: InMemoryRuns
) -> None:
    judgement = judge(gate, lake, run_id, a_feed("A"), a_feed("B"), a_feed("LATE", behind=7)).enforce()
    assert judgement.verdict is Verdict.WARN
    [warning] = runs.get(run_id).warnings
    assert warning.startswith("LATE (orders): no complete data after ")
    assert "7 days before the as-of date (usual: 0)" in warning
    assert judgement.findings[0].owner == "source of orders at LATE"


def test_a_site_that_is_always_late_is_no_warning(
    gate: QualityGate, lake: InMemoryLake, run_id: UUID, reports: InMemoryQualityReports, clock: FixedClock
) -> None:
    for number in range(5):
        earlier = a_run(f"earlier-{number}").id
        payload = quality_json(earlier) | {"feeds": [a_feed("A"), a_feed("WEEKLY", behind=6)]}
        reports.save(QualityReport(earlier, Verdict.PASS, payload, clock.now() - timedelta(days=number + 1)))
    assert judge(gate, lake, run_id, a_feed("A"), a_feed("WEEKLY", behind=7)).verdict is Verdict.PASS
    assert judge(gate, lake, run_id, a_feed("A"), a_feed("WEEKLY", behind=8)).verdict is Verdict.WARN


def test_when_most_sites_of_a_data_set_are_late_one_warning_says_so(gate: QualityGate, lake: InMemoryLake, run_id: UUID) -> None:
    judgement = judge(gate, lake, run_id, a_feed("A", behind=3), a_feed("B", behind=3), a_feed("C"))
    [reason] = judgement.reasons
    assert judgement.verdict is Verdict.WARN
    assert "no complete data after 2026-11-18 for 2 of 3 sites (A, B), 3 days before the as-of date" in reason
    assert {finding.subject for finding in judgement.findings if finding.severity is Severity.INFO} == {"A (orders)", "B (orders)"}


def test_when_every_site_of_one_data_set_is_late_it_is_named_and_the_other_data_set_is_not(
    gate: QualityGate, lake: InMemoryLake, run_id: UUID
) -> None:
    late = [a_feed(site, behind=7) for site in "ABCDEFG"]
    judgement = judge(gate, lake, run_id, *late, a_feed("A", dataset="demand_history"), a_feed("B", dataset="demand_history"))
    [reason] = judgement.reasons
    assert "(orders)" in reason
    assert "7 of 7 sites (A, B, C, D, E and others)" in reason


def test_when_every_site_is_always_late_none_is_a_warning(
    gate: QualityGate, lake: InMemoryLake, run_id: UUID, reports: InMemoryQualityReports, clock: FixedClock
) -> None:
    for number in range(5):
        earlier = a_run(f"earlier-{number}").id
        payload = quality_json(earlier) | {"feeds": [a_feed("A", behind=3), a_feed("B", behind=3)]}
        reports.save(QualityReport(earlier, Verdict.PASS, payload, clock.now() - timedelta(days=number + 1)))
    assert judge(gate, lake, run_id, a_feed("A", behind=3), a_feed("B", behind=3)).verdict is Verdict.PASS
    [reason] = judge(gate, lake, run_id, a_feed("A", behind=3), a_feed("B", behind=9)).reasons
    assert reason.startswith("B (orders)")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"days_complete": 20, "unknown_days": [["2026-11-02", "2026-11-05"]]},
            "4 days of the last 28 .* missing .*2026-11-02 to 2026-11-05",
        ),
        ({"volume": 0.3}, "30% of the rows"),
        ({"volume": 2.5}, "250% of the rows"),
        ({"drift": 0.6}, r"PSI 0\.60, limit 0\.2"),
        ({"recent_quarantined": 60}, r"60 of 300 rows of the last 28 days \(20\.0%\)"),
        ({"state": "UNUSABLE", "last_complete_day": None, "quarantined": 30}, "30 rows came, and none can be used"),
    ],
)
def test_each_limit_warns_for_the_site_that_breaks_it(
    gate: QualityGate, lake: InMemoryLake, run_id: UUID, changes: dict[str, Any], words: str
) -> None:
    judgement = judge(gate, lake, run_id, a_feed("GOOD"), a_feed("BAD", **changes))
    [finding] = judgement.findings
    assert (judgement.verdict, finding.subject) == (Verdict.WARN, "BAD (orders)")
    assert re.search(words, finding.text)


def test_limits_are_settings(
    lake: InMemoryLake, reports: InMemoryQualityReports, runs: InMemoryRuns, clock: FixedClock, run_id: UUID
) -> None:
    patient = QualityGate(lake, reports, runs, InMemoryObjects(), clock, 0.05, QualityLimits(lateness_days=10, volume_low=0.1))
    assert judge(patient, lake, run_id, a_feed("A"), a_feed("B", behind=7, volume=0.2)).verdict is Verdict.PASS


def test_bad_rows_whose_site_and_day_are_known_do_not_stop_the_other_sites(gate: QualityGate, lake: InMemoryLake, run_id: UUID) -> None:
    files = [an_object("mixed.csv", 1000, 300)]
    feeds = [a_feed("A"), a_feed("B", quarantined=300)]
    judgement = judge(gate, lake, run_id, *feeds, quarantined=300, objects=files, unplaced_rows={"mixed.csv": 50}).enforce()
    assert judgement.verdict is Verdict.WARN
    assert "most of them in mixed.csv (300 of 1,000)" in judgement.reasons[0]


def test_conflicts_of_one_file_do_not_stop_the_other_sites(gate: QualityGate, lake: InMemoryLake, run_id: UUID) -> None:
    files = [an_object("half.csv", 600, 300), an_object("good.csv", 400, 0)]
    conflicts = {"quarantined": 300, "codes": {"CONFLICT": 300}, "objects": files, "unplaced_rows": {}}
    [reason] = judge(gate, lake, run_id, a_feed("A"), **conflicts).enforce().reasons
    assert "300 of 1000 rows (30.0%) are quarantined, more than the limit of 5.0% (300 CONFLICT)" in reason
    assert "cannot be told" not in reason


def test_rows_that_wait_for_a_few_skus_do_not_stop_a_run_and_name_who_must_act(gate: QualityGate, lake: InMemoryLake, run_id: UUID) -> None:
    waiting_rows = {"quarantined": 100, "codes": {"UNKNOWN_SKU": 100}, "unplaced_rows": {}}
    waiting_rows["objects"] = [an_object("all.csv", 1000, 100) | {"codes": {"UNKNOWN_SKU": 100}}]
    judgement = judge(gate, lake, run_id, a_feed("A"), **waiting_rows).enforce()
    [finding] = judgement.findings
    assert (judgement.verdict, finding.owner) == (Verdict.WARN, "owner of sku_master")
    assert "100 of 1,000 rows (10.0%) wait for SKUs that sku_master does not have; their series are not forecast" in finding.text


def test_a_master_without_most_of_the_skus_stops_the_run_and_the_text_says_why(gate: QualityGate, lake: InMemoryLake, run_id: UUID) -> None:
    waiting_rows = {"quarantined": 600, "codes": {"UNKNOWN_SKU": 600}, "unplaced_rows": {}}
    waiting_rows["objects"] = [an_object("all.csv", 1000, 600) | {"codes": {"UNKNOWN_SKU": 600}}]
    with pytest.raises(GateRefused, match=r"600 of 1,000 rows \(60\.0%\) wait for SKUs that sku_master does not have"):
        judge(gate, lake, run_id, a_feed("A"), **waiting_rows).enforce()


def test_few_rows_that_wait_for_master_data_are_worth_knowing_and_no_warning(gate: QualityGate, lake: InMemoryLake, run_id: UUID) -> None:
    waiting_rows = {"quarantined": 10, "codes": {"UNKNOWN_SITE": 10}, "unplaced_rows": {}}
    judgement = judge(gate, lake, run_id, a_feed("A"), **waiting_rows)
    assert (judgement.verdict, [finding.severity for finding in judgement.findings]) == (Verdict.PASS, [Severity.INFO])


def test_a_small_file_of_many_bad_rows_is_named_in_a_large_good_data_set(gate: QualityGate, lake: InMemoryLake, run_id: UUID) -> None:
    files = [an_object("large.csv", 970, 0), an_object("small.csv", 30, 12)]
    [reason] = judge(gate, lake, run_id, a_feed("A"), quarantined=12, objects=files, unplaced_rows={}).reasons
    assert reason == "orders: 1 of 2 files have more than 5.0% of their rows in quarantine: small.csv (12 of 30)"


def test_good_rows_of_other_data_sets_do_not_hide_bad_demand(gate: QualityGate, lake: InMemoryLake, run_id: UUID) -> None:
    document = quality_json(run_id, quarantined=300, duplicates=0) | {"feeds": [a_feed("A")]}
    stock = {"rows_in": 1_000_000, "curated": 1_000_000, "quarantined": 0, "duplicates": 0, "codes": {}, "objects": []}
    document["datasets"]["inventory_snapshot"] = stock
    document |= {"rows_in": 1_001_000, "curated": 1_000_700, "bad_row_share": 300 / 1_001_000}
    lake.write_json(f"runs/{run_id}/quality.json", document)
    with pytest.raises(GateRefused, match=r"300 of 1000 rows \(30\.0%\) are quarantined"):
        gate.judge(run_id, Gate.ENFORCE).enforce()


def test_rows_of_later_days_in_quarantine_are_named_instead_of_a_closed_site(gate: QualityGate, lake: InMemoryLake, run_id: UUID) -> None:
    [finding] = judge(gate, lake, run_id, a_feed("A"), a_feed("HALF", behind=60, later_codes={"CONFLICT": 120})).findings
    assert "rows of later days are in quarantine: 120 CONFLICT" in finding.text
    assert "closed" not in finding.text
    assert finding.action == "correct the rows that the report lists and upload them again"


def test_bad_rows_whose_site_or_day_cannot_be_read_are_refused(gate: QualityGate, lake: InMemoryLake, run_id: UUID) -> None:
    files = {"objects": [an_object("mixed.csv", 1000, 300)], "unplaced_rows": {"mixed.csv": 200}}
    judgement = judge(gate, lake, run_id, a_feed("A"), quarantined=300, **files)
    with pytest.raises(GateRefused, match=r"300 of 1000 rows \(30\.0%\) are quarantined.*of 200 of them site and day cannot be told"):
        judgement.enforce()


def test_a_run_without_any_usable_demand_is_refused(gate: QualityGate, lake: InMemoryLake, run_id: UUID) -> None:
    judgement = judge(gate, lake, run_id, quarantined=1000, objects=[an_object("bad.csv", 1000, 1000)])
    assert judgement.verdict is Verdict.FAIL
    assert "none of the 1,000 rows with demand can be used" in judgement.reasons[0]


def test_a_site_that_is_silent_for_half_a_year_is_closed_and_no_warning(gate: QualityGate, lake: InMemoryLake, run_id: UUID) -> None:
    assert judge(gate, lake, run_id, a_feed("A"), a_feed("OLD", behind=100)).verdict is Verdict.WARN
    judgement = judge(gate, lake, run_id, a_feed("A"), a_feed("OLD", behind=200))
    assert judgement.verdict is Verdict.PASS
    assert "the site has closed, or its data is missing" in judgement.findings[0].text


def test_the_report_has_score_and_findings_and_is_in_the_lake_as_json_and_as_a_page(
    gate: QualityGate, lake: InMemoryLake, run_id: UUID, reports: InMemoryQualityReports
) -> None:
    judge(gate, lake, run_id, a_feed("A"), a_feed("<b>LATE</b>", behind=14, days_complete=12))
    payload: dict[str, Any] = dict(reports.get(run_id).payload)
    assert lake.read_json(f"runs/{run_id}/data_quality.json") == payload
    assert payload["findings"][0]["subject"] == "<b>LATE</b> (orders)"
    # 30 points for 36 of 48 days, 20 for one of two sites; the other 50 in full.
    assert payload["score"]["total"] == 30 * 36 / 48 + 25 + 20 / 2 + 10 + 15
    with lake.open(f"runs/{run_id}/data_quality.html") as stream:
        page = stream.read().decode()
    assert "&lt;b&gt;LATE&lt;/b&gt;" in page
    assert "<b>LATE" not in page
    assert [part for part in ("<script", "http://", "https://", "src=", "@import") if part in page] == []


def test_the_report_lists_what_is_new_and_what_has_ended_since_the_day_before(
    gate: QualityGate, lake: InMemoryLake, run_id: UUID, runs: InMemoryRuns, reports: InMemoryQualityReports
) -> None:
    yesterday = runs.start(a_run("yesterday")).id
    day_before = (AS_OF - timedelta(days=1)).isoformat()
    judge(gate, lake, yesterday, a_feed("A"), a_feed("LATE", behind=7), a_feed("SMALL", volume=0.2), as_of_date=day_before)
    assert reports.get(yesterday).payload["changes"] is None
    judge(gate, lake, run_id, a_feed("A", drift=0.9), a_feed("LATE", behind=8), a_feed("SMALL"))
    changes: Any = reports.get(run_id).payload["changes"]
    assert (changes["run_id"], changes["as_of_date"], changes["verdict"]) == (str(yesterday), day_before, "WARN")
    assert [finding["subject"] for finding in changes["new_findings"]] == ["A (orders)"]
    assert [finding["subject"] for finding in changes["ended_findings"]] == ["SMALL (orders)"]
    assert changes["same_findings"] == 1
    with lake.open(f"runs/{run_id}/data_quality.html") as stream:
        page = stream.read().decode()
    assert f"Since the data to {day_before}" in page
    assert "Findings: 1 new, 1 ended, 1 as before; score" in page
    judge(gate, lake, run_id, a_feed("A", drift=0.9))
    assert reports.get(run_id).payload["changes"]["as_of_date"] == day_before  # type: ignore[index]


def a_rejected_object(name: str, hours_ago: int, **changes: Any) -> IngestedObject:
    return an_accepted_object(
        name,
        **{"status": ObjectStatus.REJECTED, "reason_code": ReasonCode.MISSING_COLUMNS, "reason": "no column named sku_id"}
        | {"staging_key": None, "sha256": None, "received_at": STARTED_AT - timedelta(hours=hours_ago)}
        | changes,
    )


@pytest.fixture
def objects() -> InMemoryObjects:
    return InMemoryObjects()


def test_a_rejected_file_is_a_warning_until_a_file_of_its_name_replaces_it(
    lake: InMemoryLake, reports: InMemoryQualityReports, runs: InMemoryRuns, clock: FixedClock, run_id: UUID, objects: InMemoryObjects
) -> None:
    gate = QualityGate(lake, reports, runs, objects, clock, 0.05)
    rejection = objects.record(a_rejected_object("leeds.csv", hours_ago=3))
    judgement = judge(gate, lake, run_id, a_feed())
    [finding] = judgement.findings
    assert (judgement.verdict, finding.subject, finding.owner) == (Verdict.WARN, "leeds.csv", "source of demand_history")
    assert "MISSING_COLUMNS, no column named sku_id" in finding.text
    assert "upload it again under the same name" in finding.action
    objects.record(an_accepted_object("leeds.csv", id=UUID(int=8), received_at=rejection.received_at + timedelta(hours=1)))
    assert judge(gate, lake, run_id, a_feed()).verdict is Verdict.PASS


def test_a_rejected_file_without_a_usable_row_is_named_without_what_its_rows_hold(
    lake: InMemoryLake, reports: InMemoryQualityReports, runs: InMemoryRuns, clock: FixedClock, run_id: UUID, objects: InMemoryObjects
) -> None:
    gate = QualityGate(lake, reports, runs, objects, clock, 0.05)
    check = replace(a_row_check(), usable_rows=0, codes={"TYPE": 10})
    reason = "none of its 10 rows is usable; line 2: quantity 'eight' is not a decimal"
    objects.record(a_rejected_object("leeds.csv", 3, reason_code=ReasonCode.NO_USABLE_ROWS, reason=reason, row_check=check))
    [sentence] = judge(gate, lake, run_id, a_feed()).reasons
    assert "none of its 10 rows is usable (10 TYPE)" in sentence
    assert "eight" not in sentence


def test_the_page_counts_the_rows_that_somebody_discarded(gate: QualityGate, lake: InMemoryLake, run_id: UUID) -> None:
    document = quality_json(run_id, quarantined=0, duplicates=0)
    document["datasets"]["orders"] |= {"curated": 983, "discards": 17}
    lake.write_json(f"runs/{run_id}/quality.json", document | {"curated": 983, "discards": 17})
    gate.judge(run_id, Gate.ENFORCE).enforce()
    with lake.open(f"runs/{run_id}/data_quality.html") as stream:
        page = stream.read().decode()
    assert '<td class="number" data-label="Discarded">17</td>' in page
    assert 'data-label="Adds up">✓' in page


def test_rows_that_depend_on_other_objects_get_a_record_each(
    lake: InMemoryLake, reports: InMemoryQualityReports, runs: InMemoryRuns, clock: FixedClock, run_id: UUID, objects: InMemoryObjects
) -> None:
    record = objects.record(an_accepted_object("leeds.csv"))
    row = {"object_id": str(record.id), "key": record.key, "line": 7, "code": "CONFLICT", "reason": "line 9 differs", "row": {"a": "1"}}
    lake.write_json(f"runs/{run_id}/quarantined_rows.json", {"run_id": str(run_id), "rows": [row]})
    judge(QualityGate(lake, reports, runs, objects, clock, 0.05), lake, run_id, a_feed())
    [bad_row] = objects.find_open_rows(record.id, 10)
    assert (bad_row.line, bad_row.code, bad_row.reason, bad_row.values) == (7, "CONFLICT", "line 9 differs", {"a": "1"})


def test_a_long_name_leaves_the_other_columns_of_the_page_in_sight() -> None:
    """Only `anywhere` lets a column become narrower than its longest word; the least width keeps short words whole."""
    assert "td { overflow-wrap: anywhere; }" in STYLE
    assert "td:not([class]) { min-width: 7rem; }" in STYLE
