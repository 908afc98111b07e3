"""The forecast of a clean file is the pattern that it holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.models.domain.objects import ObjectStatus
from tests.pipeline import Pipeline
from tests.unit.pipeline.conftest import AS_OF
from tests.unit.pipeline.files import MONTH, demand, write_csv


def test_a_clean_file_is_forecast_as_its_weekly_pattern(pipeline: Pipeline, tmp_path: Path) -> None:
    record = pipeline.drop(write_csv(tmp_path / "clean.csv", [*demand("A"), *demand("B")]))
    outcome = pipeline.run(AS_OF)
    assert (record.status, record.rows) == (ObjectStatus.ACCEPTED, 240)
    assert (outcome.failure, outcome.warnings) == (None, ())
    assert {sku: outcome.total(sku) for sku in "AB"} == {sku: pytest.approx(MONTH, rel=0.02) for sku in "AB"}


def test_an_error_of_the_platform_is_the_outcome_of_the_run(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.drop(write_csv(tmp_path / "bad.csv", [*demand()[:1], *({**row, "quantity": "many"} for row in demand()[1:])]))
    outcome = pipeline.run(AS_OF)
    assert outcome.failure is not None
    assert outcome.forecasts == []
