from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_engine.demand_frame import MissingDays, panel_of
from forecast_engine.errors import InvalidDemand
from forecast_engine.frames import DEMAND_HISTORY, SITE_SKU, UNIQUE_ID, FrameColumns
from forecast_engine.panel import Panel, SeriesKey

pytestmark = pytest.mark.filterwarnings("error")
LAST = date(2024, 1, 5)


def row(day: int, demand: object, sku: str = "B", site: str = "LDS1", stockout: object = False) -> dict[str, Any]:
    return {"site_id": site, "sku_id": sku, "demand_date": date(2024, 1, day), "demand": demand, "stockout": stockout}


def frame(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(rows))


def panel(demand: pd.DataFrame, missing: MissingDays = "unknown") -> Panel:
    return panel_of(demand, missing=missing, last_day=LAST)


def in_columns(demand: pd.DataFrame, columns: FrameColumns) -> pd.DataFrame:
    """The frame with one site under other names; unique_id takes the place of site and SKU."""
    names = {"sku_id": columns.series[-1], "demand_date": columns.day, "demand": columns.demand, "stockout": columns.stockout}
    return demand.drop(columns=[] if "site_id" in columns.series else "site_id").rename(columns=names)


def test_a_panel_has_one_row_per_series_and_one_column_per_day_up_to_the_last() -> None:
    result = panel(frame(row(1, 2.0, "B"), row(2, 3.0, "B"), row(2, 7.0, "A"), row(1, 5.0, "A", site="ABC")))
    assert result.series == (SeriesKey("ABC", "A"), SeriesKey("LDS1", "A"), SeriesKey("LDS1", "B"))
    assert (result.first_day, result.last_day, result.days) == (date(2024, 1, 1), LAST, 5)
    np.testing.assert_array_equal(result.values[2], [2.0, 3.0, np.nan, np.nan, np.nan])


@pytest.mark.parametrize(("missing", "expected"), [("zero", [2.0, 0.0, 3.0, 0.0, 0.0]), ("unknown", [2.0, np.nan, 3.0, np.nan, np.nan])])
def test_a_day_without_a_row_means_what_the_caller_says(missing: MissingDays, expected: list[float]) -> None:
    np.testing.assert_array_equal(panel(frame(row(1, 2.0), row(3, 3.0)), missing).values, [expected])


@pytest.mark.parametrize("missing", ["zero", "unknown"])
def test_days_out_of_stock_blank_days_and_days_before_the_first_demand_are_never_known(missing: MissingDays) -> None:
    demand = frame(row(1, 0.0), row(2, 4.0), row(3, 4.0, stockout=True), row(4, np.nan), row(5, 0.0))
    np.testing.assert_array_equal(panel(demand, missing).values, [[np.nan, 4.0, np.nan, np.nan, 0.0]])


@pytest.mark.parametrize("columns", [SITE_SKU, DEMAND_HISTORY, UNIQUE_ID], ids=lambda columns: columns.demand)
def test_a_frame_may_have_any_of_the_sets_of_columns(columns: FrameColumns) -> None:
    demand = frame(row(1, 2.0), row(2, 3.0, stockout=True), row(3, 3.0, "A"))
    result = panel(in_columns(demand, columns))
    np.testing.assert_array_equal(result.values, panel(demand).values)
    assert result.series == tuple(SeriesKey("" if columns is UNIQUE_ID else "LDS1", sku) for sku in ("A", "B"))


def test_stockout_is_optional_and_other_columns_are_ignored() -> None:
    demand = frame(row(1, 2.0), row(2, 3.0))
    np.testing.assert_array_equal(panel(demand.drop(columns="stockout").assign(price="cheap")).values, panel(demand).values)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda frame: frame.astype({"site_id": "category", "sku_id": "category"}), id="categories"),
        pytest.param(lambda frame: frame.assign(demand_date=pd.to_datetime(frame["demand_date"])), id="timestamps"),
        pytest.param(lambda frame: frame.assign(demand_date=frame["demand_date"].astype(str)), id="ISO text"),
        pytest.param(lambda frame: frame.assign(demand=frame["demand"].astype(int).astype(str)), id="numbers as text"),
        pytest.param(lambda frame: frame.assign(demand=frame["demand"].astype("Int64")), id="nullable integers"),
        pytest.param(lambda frame: frame.assign(stockout=frame["stockout"].astype(int)), id="0 and 1"),
        pytest.param(lambda frame: frame.sample(frac=1.0, random_state=3), id="another order of rows"),
        pytest.param(lambda frame: frame.set_index(pd.Index(["same"] * len(frame))), id="an index with repeats"),
    ],
)
def test_equal_frames_of_other_types_give_the_same_panel(change: Any) -> None:
    demand = frame(*(row(day, float(day * len(sku)), sku, stockout=day == 4) for day in range(1, 6) for sku in ("A", "BB", "C")))
    np.testing.assert_array_equal(panel(change(demand)).values, panel(demand).values)
    assert panel(change(demand)).series == panel(demand).series


def test_without_a_last_day_the_newest_day_of_the_frame_is_the_last() -> None:
    assert panel_of(frame(row(1, 2.0), row(3, 3.0)), missing="zero").last_day == date(2024, 1, 3)


def test_a_site_may_be_known_for_a_shorter_time_than_the_others() -> None:
    demand = frame(row(1, 2.0, site="late"), row(2, 3.0, site="late"), row(1, 2.0), row(5, 4.0))
    result = panel_of(demand, missing="zero", known_until={"late": date(2024, 1, 3)})
    np.testing.assert_array_equal(result.values, [[2.0, 0.0, 0.0, 0.0, 4.0], [2.0, 3.0, 0.0, np.nan, np.nan]])


def test_a_series_with_a_unique_id_may_be_known_for_a_shorter_time() -> None:
    demand = in_columns(frame(row(1, 2.0, "late"), row(1, 2.0, "on time"), row(4, 4.0, "on time")), UNIQUE_ID)
    result = panel_of(demand, missing="zero", known_until={"late": date(2024, 1, 2)})
    np.testing.assert_array_equal(result.values, [[2.0, 0.0, np.nan, np.nan], [2.0, 0.0, 0.0, 4.0]])


def test_older_days_than_the_panel_may_hold_are_ignored() -> None:
    demand = frame(row(1, 7.0), row(3, 0.0), row(4, 2.0), row(1, 9.0, "old"))
    result = panel_of(demand, missing="zero", last_day=LAST, max_days=3)
    assert (result.first_day, result.last_day) == (date(2024, 1, 3), LAST)
    np.testing.assert_array_equal(result.values, [[np.nan, 2.0, 0.0], [np.nan] * 3])


@given(st.dictionaries(st.tuples(st.sampled_from("AB"), st.integers(1, 12)), st.integers(0, 3), min_size=1), st.integers(12, 15))
def test_a_sparse_frame_gives_the_panel_of_the_frame_with_its_zeros(demand: dict[tuple[str, int], int], last: int) -> None:
    full = frame(*(row(day, float(demand.get((sku, day), 0)), sku) for sku in {sku for sku, _ in demand} for day in range(1, last + 1)))
    sparse = frame(*(row(day, float(units), sku) for (sku, day), units in demand.items()))
    full_panel = panel_of(full, missing="unknown", last_day=date(2024, 1, last))
    sparse_panel = panel_of(sparse, missing="zero", last_day=date(2024, 1, last))
    assert full_panel.series == sparse_panel.series
    np.testing.assert_array_equal(sparse_panel.values, full_panel.values[:, full_panel.days - sparse_panel.days :])


@pytest.mark.parametrize(
    ("demand", "words"),
    [
        (frame(row(1, 2.0)).drop(columns="demand_date"), r"lacks demand_date; it has site_id, sku_id, demand, stockout\. Rename"),
        (frame(row(1, 2.0)).rename(columns={"demand": "qty"}), "lacks demand; .* as in frame.rename"),
        (pd.DataFrame({"unique_id": ["A"], "ds": ["2024-01-01"], "value": [1.0]}), "lacks y; it has unique_id, ds, value"),
        (frame(row(1, 2.0)).iloc[:0], "no rows"),
        (frame(row(1, 2.0), row(2, -2.0)), r"demand '-2.0' in row 1 \('LDS1', 'B', 2024-01-02\) must be a finite number of at least 0"),
        (frame(row(1, -1.0), row(2, -2.0), row(3, -3.0)), "demand '-1.0' in row 0 .*2 more rows are like it"),
        (frame(row(1, np.inf)), "demand 'inf' in row 0 .* finite"),
        (frame(row(1, 1.0), row(2, "1,200")), "demand '1,200' in row 1 .* is no number: write it as 1200"),
        (
            frame(row(6, 1.0)),
            "demand_date 2024-01-06 in row 0 .* is after the last day of known demand: leave it out, or give a later last_day",
        ),
        (frame(row(1, 1.0), row(1, 2.0)), r"demand_date 2024-01-01 in row 1 \('LDS1', 'B'\) is a second row for one day of the series"),
        (frame(row(1, 1.0)).assign(sku_id=None), "sku_id 'None' in row 0 .* is blank"),
        (frame(row(1, 1.0)).assign(demand_date="31/02/2024"), "demand_date '31/02/2024' in row 0 .* is no date: write YYYY-MM-DD"),
        (frame(row(1, 1.0)).assign(demand_date=pd.to_datetime(["NaT"])), "demand_date 'NaT' in row 0 .* is no date"),
        (frame(row(1, 1.0)).assign(demand_date=1), "demand_date '1' in row 0 .* is a number: give dates"),
        (frame(row(1, 1.0)).assign(demand_date=pd.Timestamp("2024-01-01", tz="UTC")), "demand_date has the time zone UTC: give local days"),
        (frame(row(1, 1.0, stockout="false")), "stockout 'false' in row 0 .* is neither True nor False"),
    ],
)
def test_a_frame_that_cannot_be_a_panel_is_refused_with_column_value_row_and_fix(demand: pd.DataFrame, words: str) -> None:
    with pytest.raises(InvalidDemand, match=words):
        panel(demand)


def test_an_error_names_the_row_by_the_index_of_the_frame() -> None:
    demand = frame(row(1, 2.0), row(2, -2.0)).set_index(pd.Index(["first", "second"]))
    with pytest.raises(InvalidDemand, match="in row second "):
        panel(demand)


def test_a_word_that_says_nothing_of_missing_days_is_refused() -> None:
    with pytest.raises(InvalidDemand, match='missing must be "zero" or "unknown", not \'none\''):
        panel(frame(row(1, 2.0)), "none")  # type: ignore[arg-type]


def test_a_last_day_of_a_site_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidDemand, match="known_until names leeds, which is no site_id of the frame"):
        panel_of(frame(row(1, 2.0)), missing="zero", known_until={"leeds": LAST})


def test_a_day_after_the_last_one_of_its_site_is_refused() -> None:
    with pytest.raises(InvalidDemand, match=r"demand_date 2024-01-03 in row 1 .* is after the last day"):
        panel_of(frame(row(1, 2.0), row(3, 2.0)), missing="zero", known_until={"LDS1": date(2024, 1, 2)})
