"""The gate between cleansing and forecasting."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from runtime.errors import BrokenRun, GateRefused
from runtime.models.domain.quality import Verdict
from runtime.models.domain.runs import Gate
from runtime.services.runs.quality_gate import QualityGate
from tests.fakes import FixedClock, InMemoryLake, InMemoryObjects, InMemoryQualityReports, InMemoryRuns
from tests.fakes.examples import a_run, quality_json


@pytest.fixture
def run_id(runs: InMemoryRuns) -> UUID:
    run = runs.start(a_run())
    return run.id


@pytest.fixture
def gate(lake: InMemoryLake, reports: InMemoryQualityReports, runs: InMemoryRuns, clock: FixedClock) -> QualityGate:
    return QualityGate(lake, reports, runs, InMemoryObjects(), clock, bad_row_share_limit=0.05)


def leave(lake: InMemoryLake, run_id: UUID, **changes: Any) -> None:
    lake.write_json(f"runs/{run_id}/quality.json", quality_json(run_id, **changes))


def test_few_bad_rows_pass(gate: QualityGate, lake: InMemoryLake, run_id: UUID, reports: InMemoryQualityReports) -> None:
    leave(lake, run_id)
    judgement = gate.judge(run_id, Gate.ENFORCE).enforce()
    assert (judgement.verdict, judgement.to_state_output()["bad_row_share"]) == (Verdict.PASS, 0.02)
    assert quality_json(run_id).items() <= reports.get(run_id).payload.items()


def test_exactly_the_limit_passes(gate: QualityGate, lake: InMemoryLake, run_id: UUID) -> None:
    leave(lake, run_id, quarantined=50)
    assert gate.judge(run_id, Gate.ENFORCE).verdict is Verdict.PASS


def test_too_many_bad_rows_are_refused_and_the_report_is_kept(
    gate: QualityGate, lake: InMemoryLake, run_id: UUID, reports: InMemoryQualityReports
) -> None:
    leave(lake, run_id, quarantined=51)
    judgement = gate.judge(run_id, Gate.ENFORCE)
    assert reports.get(run_id).verdict is Verdict.FAIL
    with pytest.raises(GateRefused, match=r"51 of 1000 rows \(5\.1%\) are quarantined, more than the limit of 5\.0%"):
        judgement.enforce()


@pytest.mark.parametrize("gate_setting", [Gate.WARN, Gate.SKIP])
def test_an_open_gate_lets_bad_rows_pass_and_says_so(
    gate: QualityGate, lake: InMemoryLake, run_id: UUID, runs: InMemoryRuns, gate_setting: Gate
) -> None:
    leave(lake, run_id, quarantined=500)
    assert gate.judge(run_id, gate_setting).enforce().verdict is Verdict.WARN
    assert "500 of 1000 rows" in runs.get(run_id).warnings[0]


def test_rows_that_do_not_add_up_are_refused(gate: QualityGate, lake: InMemoryLake, run_id: UUID) -> None:
    leave(lake, run_id, curated=969)
    with pytest.raises(GateRefused, match=r"all data sets: 1000 rows in, but 969 curated \+ 20 quarantined \+ 10 duplicates"):
        gate.judge(run_id, Gate.ENFORCE).enforce()


def test_a_missing_report_is_a_broken_run(gate: QualityGate, run_id: UUID) -> None:
    with pytest.raises(BrokenRun, match=r"quality\.json is missing"):
        gate.judge(run_id, Gate.ENFORCE)


def test_a_report_of_another_run_is_a_broken_run(gate: QualityGate, lake: InMemoryLake, run_id: UUID) -> None:
    lake.write_json(f"runs/{run_id}/quality.json", quality_json(a_run("other").id))
    with pytest.raises(BrokenRun, match="belongs to run"):
        gate.judge(run_id, Gate.ENFORCE)


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"rows_in": -1}'])
def test_an_unreadable_report_is_a_broken_run(gate: QualityGate, lake: InMemoryLake, run_id: UUID, body: bytes) -> None:
    lake.put(f"runs/{run_id}/quality.json", body)
    with pytest.raises(BrokenRun, match="cannot be read"):
        gate.judge(run_id, Gate.ENFORCE)


@pytest.mark.parametrize("warning", ["repeated", "ruined_identifier_sku_id"])
def test_a_file_that_repeats_itself_or_has_ruined_identifiers_passes_with_a_warning_alone(
    gate: QualityGate, lake: InMemoryLake, run_id: UUID, runs: InMemoryRuns, warning: str
) -> None:
    part = quality_json(run_id)["datasets"]["orders"]
    leave(lake, run_id, datasets={"orders": {**part, "warnings": {warning: 500}}})
    assert gate.judge(run_id, Gate.ENFORCE).enforce().verdict is Verdict.WARN
    assert f"500 of {part['rows_in']:,} rows" in runs.get(run_id).warnings[0]


def test_a_repeated_hour_is_no_repeated_row_and_two_columns_are_two_warnings(
    gate: QualityGate, lake: InMemoryLake, run_id: UUID, runs: InMemoryRuns
) -> None:
    part = quality_json(run_id)["datasets"]["orders"]
    counts = {"repeated": 500, "repeated_hour_order_ts": 3, "ruined_identifier_sku_id": 7, "ruined_identifier_customer_id": 7}
    leave(lake, run_id, datasets={"orders": {**part, "warnings": counts}})
    gate.judge(run_id, Gate.ENFORCE)
    warnings = runs.get(run_id).warnings
    assert [sum(f"REPEATED{end}" in text for text in warnings) for end in ("", "_HOUR")] == [1, 0]
    assert [sum(f"RUINED_IDENTIFIER in {column}:" in text for text in warnings) for column in ("sku_id", "customer_id")] == [1, 1]
    assert len(warnings) == 3
