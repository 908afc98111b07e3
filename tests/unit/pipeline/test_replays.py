"""Quarantined rows that are mended and replayed: file in, run, replay in, run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from contracts.bad_rows import LINE_COLUMN
from runtime.models.domain.audit import AuditAction, AuditEvent
from runtime.models.domain.objects import IngestedObject, ObjectStatus, ReasonCode
from runtime.models.domain.quarantine import RecordStatus
from tests.pipeline import Pipeline, RunOutcome
from tests.unit.pipeline.conftest import AS_OF
from tests.unit.pipeline.files import MONTH, Row, demand, write_csv

BAD_LINES = range(100, 120)
"""Lines of the file whose rows are bad: days before the last ones."""


def spoil(rows: Sequence[Row], lines: Sequence[int] = BAD_LINES) -> list[Row]:
    """Return the rows, those at the lines of the file (the header is line 1) with a quantity that is no number."""
    return [{**row, "quantity": "twelve"} if number in lines else row for number, row in enumerate(rows, 2)]


def write_mended(path: Path, rows: Sequence[Row], lines: Sequence[int] = BAD_LINES) -> Path:
    """Write the rows at the lines of a file as mended ones, each with its line."""
    return write_csv(path, [{**rows[line - 2], LINE_COLUMN: str(line)} for line in lines])


def statuses(pipeline: Pipeline, record: IngestedObject) -> dict[int, RecordStatus]:
    return {line: row.status for line, row in pipeline.objects.quarantine[record.id].items()}


def forecasts(outcome: RunOutcome) -> list[dict[str, Any]]:
    return sorted(
        ({**row, "run_id": None} for row in outcome.forecasts), key=lambda row: (row["site_id"], row["sku_id"], row["forecast_date"])
    )


def run_clean(pipeline: Pipeline, tmp_path: Path, rows: Sequence[Row]) -> RunOutcome:
    """Return the outcome of a run over the same file without bad rows, in place of the files before."""
    pipeline.objects.records.clear()
    pipeline.objects.quarantine.clear()
    pipeline.drop(write_csv(tmp_path / "clean.csv", rows))
    return pipeline.run(AS_OF)


def counts(outcome: RunOutcome) -> dict[str, int]:
    return {name: outcome.quality[name] for name in ("rows_in", "curated", "quarantined", "duplicates", "discards")}


def test_after_a_replay_the_forecast_is_that_of_the_clean_file(pipeline: Pipeline, tmp_path: Path) -> None:
    rows = demand()
    original = pipeline.drop(write_csv(tmp_path / "a.csv", spoil(rows)))
    before = pipeline.run(AS_OF)
    assert counts(before) == {"rows_in": 120, "curated": 100, "quarantined": 20, "duplicates": 0, "discards": 0}
    replay = pipeline.replay(write_mended(tmp_path / "a.bad-rows.csv", rows), original)
    assert (replay.status, replay.rows, replay.replay_of) == (ObjectStatus.ACCEPTED, 20, original.id)
    assert set(statuses(pipeline, original).values()) == {RecordStatus.REPLAYED}
    after = pipeline.run(AS_OF)
    assert counts(after) == {"rows_in": 120, "curated": 120, "quarantined": 0, "duplicates": 0, "discards": 0}
    assert forecasts(after) == forecasts(run_clean(pipeline, tmp_path, rows))
    assert after.total() == pytest.approx(MONTH, rel=0.02)


def test_rows_that_are_bad_again_stay_open_and_the_record_names_them(pipeline: Pipeline, tmp_path: Path) -> None:
    rows = demand()
    original = pipeline.drop(write_csv(tmp_path / "a.csv", spoil(rows)))
    mended_rows = [{**row, LINE_COLUMN: str(line)} for line, row in enumerate(spoil(rows, [105]), 2) if line in BAD_LINES]
    replay = pipeline.replay(write_csv(tmp_path / "a.bad-rows.csv", mended_rows), original)
    assert replay.rows == 19
    assert "1 of 20 rows were not replayed" in replay.warnings
    assert any("line 105 of the original): TYPE: quantity 'twelve'" in warning for warning in replay.warnings)
    assert [line for line, status in statuses(pipeline, original).items() if status is RecordStatus.OPEN] == [105]
    assert counts(pipeline.run(AS_OF)) == {"rows_in": 120, "curated": 119, "quarantined": 1, "duplicates": 0, "discards": 0}
    rest = pipeline.replay(write_mended(tmp_path / "a.bad-rows.csv", rows, [105]), original)
    assert rest.status is ObjectStatus.ACCEPTED
    assert set(statuses(pipeline, original).values()) == {RecordStatus.REPLAYED}


def test_a_row_is_never_counted_twice(pipeline: Pipeline, tmp_path: Path) -> None:
    rows = demand()
    original = pipeline.drop(write_csv(tmp_path / "a.csv", spoil(rows)))
    pipeline.replay(write_mended(tmp_path / "once.csv", rows), original)
    again = pipeline.replay(write_mended(tmp_path / "again.csv", [{**row, "source": "mail"} for row in rows]), original)
    assert (again.status, again.reason_code) == (ObjectStatus.REJECTED, ReasonCode.REPLAY)
    assert "no open quarantined row of the original has this line" in (again.reason or "")
    good = pipeline.replay(write_mended(tmp_path / "good.csv", rows, [50]), original)
    assert good.reason_code is ReasonCode.REPLAY
    assert pipeline.run(AS_OF).total() == pytest.approx(MONTH, rel=0.02)


def test_a_mended_part_of_a_day_is_added_to_the_other_parts_of_its_file(pipeline: Pipeline, tmp_path: Path) -> None:
    rows = [
        {**row, "quantity": str(int(row["quantity"]) * times), "channel": channel}
        for row in demand()
        for channel, times in (("web", 3), ("shop", 1))
    ]
    original = pipeline.drop(write_csv(tmp_path / "a.csv", spoil(rows, range(201, 241, 2))))
    pipeline.replay(write_mended(tmp_path / "a.bad-rows.csv", rows, range(201, 241, 2)), original)
    outcome = pipeline.run(AS_OF)
    assert outcome.total() == pytest.approx(4 * MONTH, rel=0.02)
    days = {str(row["demand_date"]): float(row["demand"]) for row in outcome.demand}
    assert days == {row["demand_date"]: 4.0 * int(row["quantity"]) for row in demand()}


def test_discarded_rows_are_counted_and_no_longer_open(pipeline: Pipeline, tmp_path: Path) -> None:
    rows = [*demand(), {**demand("SKU-2")[0], "quantity": "none"}]
    original = pipeline.drop(write_csv(tmp_path / "a.csv", rows))
    event = AuditEvent(uuid4(), pipeline.clock.now(), "ana", AuditAction.DISCARD_RECORDS, str(original.id), "a total of the sheet")
    assert pipeline.objects.discard(event, original.id, [122]).lines == [122]
    outcome = pipeline.run(AS_OF)
    assert counts(outcome) == {"rows_in": 121, "curated": 120, "quarantined": 0, "duplicates": 0, "discards": 1}


def test_mended_rows_of_a_rejected_file_take_part_on_their_own(pipeline: Pipeline, tmp_path: Path) -> None:
    rows = demand()
    original = pipeline.drop(write_csv(tmp_path / "a.csv", spoil(rows, range(2, 122))))
    assert original.reason_code is ReasonCode.NO_USABLE_ROWS
    for name, lines in (("first", range(2, 60)), ("second", range(60, 122))):
        replay = pipeline.replay(write_mended(tmp_path / f"{name}.csv", rows, lines), original)
        assert replay.status is ObjectStatus.ACCEPTED
    outcome = pipeline.run(AS_OF)
    assert counts(outcome) == {"rows_in": 120, "curated": 120, "quarantined": 0, "duplicates": 0, "discards": 0}
    assert outcome.total() == pytest.approx(MONTH, rel=0.02)


def test_a_corrected_file_takes_its_replays_with_it(pipeline: Pipeline, tmp_path: Path) -> None:
    rows = demand()
    original = pipeline.drop(write_csv(tmp_path / "a.csv", spoil(rows)))
    pipeline.replay(write_mended(tmp_path / "a.bad-rows.csv", rows, [100]), original)
    corrected_rows = [{**row, "quantity": str(2 * int(row["quantity"]))} for row in rows]
    pipeline.drop(write_csv(tmp_path / "a.csv", corrected_rows))
    outcome = pipeline.run(AS_OF)
    assert counts(outcome)["rows_in"] == 120
    assert outcome.total() == pytest.approx(2 * MONTH, rel=0.02)
    assert set(statuses(pipeline, original).values()) == {RecordStatus.REPLAYED, RecordStatus.FIXED}


@pytest.mark.parametrize(
    ("line_text", "reason"), [("", "names the line"), ("0x10", "names the line"), ("100.0", None), ("999", "no open quarantined row")]
)
def test_a_row_without_a_line_of_the_original_is_refused(pipeline: Pipeline, tmp_path: Path, line_text: str, reason: str | None) -> None:
    rows = demand()
    original = pipeline.drop(write_csv(tmp_path / "a.csv", spoil(rows)))
    replay = pipeline.replay(write_csv(tmp_path / "mended.csv", [{**rows[98], LINE_COLUMN: line_text}]), original)
    if reason is None:
        assert replay.status is ObjectStatus.ACCEPTED
    else:
        assert replay.status is ObjectStatus.REJECTED
        assert reason in (replay.reason or "")


def test_a_conflict_of_one_file_has_a_record_for_each_line_and_ends_when_one_of_them_is_discarded(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    rows = demand()
    record = pipeline.drop(write_csv(tmp_path / "a.csv", [*rows, rows[50] | {"quantity": "99"}]))
    assert counts(pipeline.run(AS_OF))["quarantined"] == 2
    assert {line: row.bad_row.code for line, row in pipeline.objects.quarantine[record.id].items()} == {52: "CONFLICT", 122: "CONFLICT"}
    event = AuditEvent(uuid4(), pipeline.clock.now(), "ana", AuditAction.DISCARD_RECORDS, str(record.id), "a mistyped total")
    pipeline.objects.discard(event, record.id, [122])
    after = pipeline.run(AS_OF)
    assert counts(after) == {"rows_in": 121, "curated": 120, "quarantined": 0, "duplicates": 0, "discards": 1}
    assert {row.status for row in pipeline.objects.quarantine[record.id].values()} == {RecordStatus.DISCARDED}
    assert after.total() == pytest.approx(MONTH, rel=0.02)


def test_a_row_that_waits_for_a_sku_can_be_mended_when_its_identifier_was_mistyped(pipeline: Pipeline, tmp_path: Path) -> None:
    rows = demand()
    rows[50] |= {"sku_id": "SKU-l"}
    original = pipeline.drop(write_csv(tmp_path / "a.csv", rows))
    pipeline.drop(write_csv(tmp_path / "skus.csv", [{"sku_id": "SKU-1", "uom": "EA"}]), "sku_master")
    assert counts(pipeline.run(AS_OF))["quarantined"] == 1
    mended_row = {**demand()[50], LINE_COLUMN: "52"}
    assert pipeline.replay(write_csv(tmp_path / "a.bad-rows.csv", [mended_row]), original).status is ObjectStatus.ACCEPTED
    assert counts(pipeline.run(AS_OF)) == {"rows_in": 121, "curated": 121, "quarantined": 0, "duplicates": 0, "discards": 0}
