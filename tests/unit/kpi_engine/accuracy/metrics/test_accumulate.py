"""Sums do not depend on where blocks are cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
import pytest

from kpi_engine.accuracy.inputs import known_demand
from kpi_engine.accuracy.inputs.accuracy_inputs import read_inputs
from kpi_engine.accuracy.inputs.grain import Grain
from kpi_engine.accuracy.inputs.matched_points import MatchedPoints
from kpi_engine.accuracy.inputs.matching import match
from kpi_engine.accuracy.metrics import accumulate as module
from kpi_engine.accuracy.metrics.accumulate import AccuracySums, accumulate
from kpi_engine.accuracy.metrics.accuracy_metric import CollectedInputs
from kpi_engine.accuracy.metrics.point import PointErrors
from kpi_engine.accuracy.metrics.quantile import QuantileLosses
from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from tests.unit.kpi_engine.accuracy import loops, panels


def sum_panel(seed: int, grain: Grain = Grain.DAY) -> AccuracySums:
    inputs = read_inputs(panels.forecasts(seed), panels.demand(seed))
    return accumulate(match(inputs), inputs.forecasts.grid, grain, inputs.forecasts.longest_lead)


@pytest.mark.parametrize("grain", Grain)
@pytest.mark.parametrize("rows", [1, 200])
def test_the_size_of_blocks_changes_no_sum(monkeypatch: pytest.MonkeyPatch, grain: Grain, rows: int) -> None:
    whole = sum_panel(1, grain)
    monkeypatch.setattr("kpi_engine.accuracy.inputs.accuracy_inputs.BLOCK_ROWS", rows)
    monkeypatch.setattr(known_demand, "BLOCK_ROWS", rows)
    blocks = sum_panel(1, grain)
    assert whole.series.tolist() == blocks.series.tolist()
    for name in ("errors", "intervals", "by_day", "newest", "by_lead"):
        for array, other in zip(vars(getattr(whole, name)).values(), vars(getattr(blocks, name)).values(), strict=True):
            assert array == pytest.approx(other, rel=1e-12), name
    assert (whole.n_targets, whole.n_forecast_only, whole.n_missing_forecast) == (
        blocks.n_targets,
        blocks.n_forecast_only,
        blocks.n_missing_forecast,
    )


def test_reports_of_small_blocks_equal_those_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ForecastAccuracyEngine().report(panels.forecasts(2), panels.demand(2))
    monkeypatch.setattr("kpi_engine.accuracy.inputs.accuracy_inputs.BLOCK_ROWS", 50)
    blocks = ForecastAccuracyEngine().report(panels.forecasts(2), panels.demand(2))
    assert blocks.additional.measures == {
        name: None if value is None else pytest.approx(value, rel=1e-12) for name, value in whole.additional.measures.items()
    }
    assert blocks.additional.wql == {name: pytest.approx(value, rel=1e-12) for name, value in whole.additional.wql.items()}


def test_sums_by_series_are_those_of_a_loop() -> None:
    forecast, demand = panels.forecasts(3), panels.demand(3)
    groups = loops.group(loops.match(forecast, loops.index_demand(demand)), lambda p: (p.sku, p.site))
    errors = sum_panel(3).errors
    assert errors.n.tolist() == [len(groups[key]) for key in sorted(groups)]
    assert errors.abs_error == pytest.approx([sum(abs(p.error) for p in groups[key]) for key in sorted(groups)])


def test_sums_by_day_and_by_lead_have_the_same_total() -> None:
    sums = sum_panel(4)
    for part in (sums.by_day, sums.by_lead):
        assert part.total().abs_error == pytest.approx(sums.errors.total().abs_error)


@dataclass(frozen=True)
class LargestError(CollectedInputs):
    """What no sum gives."""

    value: float

    @classmethod
    def of_points(cls, points: MatchedPoints) -> Self:
        return cls(float(np.abs(points.forecast - points.actual).max(initial=0.0)))

    def __add__(self, other: Self) -> Self:
        return type(self)(max(self.value, other.value))


def test_inputs_that_are_no_sums_are_gathered_from_every_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COLLECTED_INPUTS", (LargestError, QuantileLosses))
    monkeypatch.setattr("kpi_engine.accuracy.inputs.accuracy_inputs.BLOCK_ROWS", 50)
    pairs = loops.match(panels.forecasts(5), loops.index_demand(panels.demand(5)))
    inputs = sum_panel(5).collected_inputs
    largest = inputs[LargestError]
    assert isinstance(largest, LargestError)
    assert largest.value == pytest.approx(max(abs(p.error) for p in pairs))


def test_nothing_to_sum_gives_zeros() -> None:
    inputs = read_inputs(pd.DataFrame(), pd.DataFrame())
    sums = accumulate(match(inputs), inputs.forecasts.grid, Grain.DAY, 0)
    assert len(sums.series) == 0
    assert sums.errors.total().n.tolist() == [0.0]


def test_sums_of_runs_groups_and_everything_agree() -> None:
    errors = PointErrors(*np.arange(36.0).reshape(9, 4))
    starts, group = np.array([0, 1, 3]), np.array([0, 1, 1, 2])
    for runs, groups in zip(vars(errors.sum_runs(starts)).values(), vars(errors.sum_by_group(group, 3)).values(), strict=True):
        assert runs.tolist() == groups.tolist()
    assert errors.total().n.tolist() == [6.0]
    assert (errors + errors).n.tolist() == [0.0, 2.0, 4.0, 6.0]
    assert errors.select(np.array([2])).n.tolist() == [2.0]
    assert PointErrors.concatenate([errors, errors.select(np.array([1]))]).n.tolist() == [0.0, 1.0, 2.0, 3.0, 1.0]
    assert len(PointErrors.concatenate([]).n) == len(PointErrors.zeros(0).n) == 0
