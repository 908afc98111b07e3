"""Reading frames: leads, quantiles, keys of rows and the index of series."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from kpi_engine.accuracy.inputs.accuracy_inputs import read_inputs
from kpi_engine.accuracy.inputs.grid import Grid
from kpi_engine.accuracy.inputs.leads import read_leads
from kpi_engine.accuracy.inputs.quantiles import read_quantiles
from kpi_engine.accuracy.inputs.row_keys import RowKeys
from kpi_engine.accuracy.inputs.series_index import index_series
from kpi_engine.shared.columns import NO_DAY
from kpi_engine.shared.errors import DuplicateKeys, InvalidValue
from tests.unit.kpi_engine.examples import MONDAY, actuals, forecasts

DAY = 20_000


def keys_of(rows: list[tuple[str | None, str | None]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["site_id", "sku_id"], dtype=object)


def test_the_lead_is_counted_from_the_last_known_day() -> None:
    frame = pd.DataFrame({"as_of_date": [date(1970, 1, 1) + timedelta(days=DAY - 3)], "horizon_days": [99]})
    assert read_leads(frame, np.array([DAY])) == np.array([3])


def test_without_that_day_the_horizon_is_the_lead() -> None:
    leads = read_leads(pd.DataFrame({"horizon_days": [1, None, 28]}), np.full(3, DAY))
    assert leads is not None
    assert leads.tolist() == [1, 0, 28]


def test_a_lead_is_unknown_where_either_day_is() -> None:
    frame = pd.DataFrame({"as_of_date": ["2020-01-01", None]})
    leads = read_leads(frame, np.array([NO_DAY, DAY]))
    assert leads is not None
    assert leads.tolist() == [0, 0]
    assert read_leads(pd.DataFrame({"x": [1]}), np.array([DAY])) is None


@pytest.mark.parametrize("horizon", [0, -1])
def test_a_forecast_of_a_day_that_was_known_is_refused(horizon: int) -> None:
    with pytest.raises(InvalidValue, match="1 rows of forecast_data knew the day they forecast, such as 2024-10-04"):
        read_leads(pd.DataFrame({"horizon_days": [horizon]}), np.array([DAY]))


def test_quantiles_of_all_rows_are_read_by_level() -> None:
    frame = pd.DataFrame({"quantiles": [{"0.1": 1, "0.9": "3.5"}, {"0.9": 4.0}, None, "text"]})
    quantiles = {level: values.tolist() for level, values in read_quantiles(frame).items()}
    assert list(quantiles) == [0.1, 0.9]
    assert quantiles[0.9][:2] == [3.5, 4.0]
    assert [np.isnan(value) for value in quantiles[0.1]] == [False, True, True, True]
    assert read_quantiles(pd.DataFrame({"x": [1]})) == {}


@pytest.mark.parametrize("level", ["0", "1", "90", "p90", None])
def test_a_level_outside_of_zero_to_one_is_refused(level: object) -> None:
    with pytest.raises(InvalidValue, match=r"a number between 0 and 1, such as 0\.9$"):
        read_quantiles(pd.DataFrame({"quantiles": [{level: 1.0}]}))


def test_series_are_numbered_in_alphabetical_order_of_sku_and_site() -> None:
    index, (one, other) = index_series([keys_of([("B", "X"), ("A", "X")]), keys_of([("A", "W"), ("B", "X")])])
    names = [index.describe(series) for series in range(len(index))]
    assert names == ["site A, SKU W", "site A, SKU X", "site B, SKU X"]
    assert (one.tolist(), other.tolist()) == ([2, 1], [0, 2])


def test_a_row_without_sku_or_site_belongs_to_no_series() -> None:
    index, (codes,) = index_series([keys_of([("A", None), (None, "X"), ("A", "X")])])
    assert codes.tolist() == [-1, -1, 0]
    assert len(index) == 1


def test_sites_count_only_when_every_frame_has_them() -> None:
    index, _ = index_series([keys_of([("A", "X")]), pd.DataFrame({"sku_id": ["X"]})])
    assert (index.sites, index.skus) == (("ALL",), ("X",))


@pytest.mark.parametrize("runs", [1, 40])
def test_labels_in_long_runs_are_numbered_like_those_in_short_ones(runs: int) -> None:
    generator = np.random.default_rng(runs)
    labels = [f"K{number}" for number in generator.integers(0, 300, 4_000 // runs)]
    column = pd.Series(labels).repeat(runs).reset_index(drop=True)
    index, (codes,) = index_series([pd.DataFrame({"sku_id": column})])
    assert [index.skus[code] for code in codes.tolist()] == column.tolist()
    assert list(index.skus) == sorted(set(labels))


def test_many_skus_at_many_sites_are_numbered_without_a_table() -> None:
    frame = keys_of([(f"S{number}", f"K{number}") for number in range(3_000)])
    index, (codes,) = index_series([frame])
    assert len(index) == 3_000
    assert [index.describe(code) for code in codes[:2].tolist()] == ["site S0, SKU K0", "site S1, SKU K1"]


def test_keys_are_sorted_by_cell_and_lead_and_lead_back_to_their_rows() -> None:
    index, _ = index_series([pd.DataFrame({"sku_id": ["A", "B"]})])
    series, day, lead = np.array([1, 0, -1, 1]), np.array([DAY, DAY + 1, DAY, DAY]), np.array([2, 1, 1, 1])
    keys = RowKeys.of(series, day)
    sorted_keys = keys.sort("f", Grid(2, DAY, 2), index, lead)
    assert sorted_keys.rows is not None
    assert sorted_keys.lead is not None
    assert (sorted_keys.cells.tolist(), sorted_keys.lead.tolist(), sorted_keys.rows.tolist()) == ([1, 2, 2], [1, 1, 2], [1, 3, 0])
    assert keys.n_missing == 1


def test_two_rows_for_one_point_are_refused_with_an_example() -> None:
    index, _ = index_series([pd.DataFrame({"sku_id": ["A"]})])
    keys = RowKeys.of(np.array([0, 0]), np.array([DAY, DAY]))
    with pytest.raises(DuplicateKeys, match=r"f has more than one row for 1 points; leave one for each of: site ALL, SKU A, 2024-10-04$"):
        keys.sort("f", Grid(1, DAY, 1), index)


def test_history_adds_to_the_demand_and_not_to_the_actuals() -> None:
    inputs = read_inputs(forecasts([1.0]), actuals([2.0]), actuals([5.0, 6.0], MONDAY - timedelta(days=1)))
    assert inputs.actual.values.tolist() == [2.0]
    assert inputs.demand.values.tolist() == [5.0, 2.0]
    assert inputs.forecasts.longest_lead == 1
