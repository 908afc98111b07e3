"""A file that was rejected on arrival is named by the runs after it, until another one takes its place."""

from __future__ import annotations

from pathlib import Path

from runtime.models.domain.objects import ObjectStatus
from tests.pipeline import Pipeline, RunOutcome
from tests.unit.pipeline.conftest import AS_OF
from tests.unit.pipeline.files import demand, write_csv


def warnings_about(outcome: RunOutcome, name: str) -> list[str]:
    return [warning for warning in outcome.warnings if warning.startswith(name)]


def test_a_rejected_file_is_named_by_the_gate_until_it_is_corrected(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.drop(write_csv(tmp_path / "timely.csv", demand("A")))
    bad = pipeline.drop(write_csv(tmp_path / "leeds.csv", [row | {"quantity": "eight"} for row in demand("A", "LEEDS")]))
    assert bad.status is ObjectStatus.REJECTED

    outcome = pipeline.run(AS_OF)
    [warning] = warnings_about(outcome, "leeds.csv")
    assert "the run reads nothing of it: none of its 120 rows is usable (120 TYPE)" in warning
    assert outcome.judgement is not None
    assert outcome.judgement.verdict == "WARN"
    assert outcome.forecasts

    pipeline.clock.advance(seconds=60)
    pipeline.drop(write_csv(tmp_path / "leeds.csv", demand("A", "LEEDS")))
    corrected_outcome = pipeline.run(AS_OF)
    assert corrected_outcome.warnings == ()
    assert {row["site_id"] for row in corrected_outcome.forecasts} == {"SITE-1", "LEEDS"}


def test_a_file_without_rows_is_named_once_when_its_source_has_gone_on(pipeline: Pipeline, tmp_path: Path) -> None:
    header = tmp_path / "day-1.csv"
    header.write_text("site_id,sku_id,demand_date,quantity,uom\n")
    pipeline.drop(header, "demand_history")
    pipeline.drop(write_csv(tmp_path / "day-2.csv", demand("A")))
    assert len(warnings_about(pipeline.run(AS_OF), "day-1.csv")) == 1
    pipeline.clock.advance(seconds=60)
    assert warnings_about(pipeline.run(AS_OF), "day-1.csv") == []
