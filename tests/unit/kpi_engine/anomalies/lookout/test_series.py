"""Time series and timestamps of the service, from pages to arrays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest

from kpi_engine.anomalies.lookout.series import read_series
from kpi_engine.anomalies.lookout.timestamps import parse_timestamp
from kpi_engine.anomalies.lookout.wire import SeriesPage
from kpi_engine.shared.errors import DuplicateKeys

START = datetime(2026, 11, 20, tzinfo=UTC)
END = datetime(2026, 11, 22, tzinfo=UTC)
NAN = float("nan")


def a_page(days: list[int], **series: list[Any]) -> SeriesPage:
    """A page of actuals by SKU, on days of November."""
    return {
        "TimestampList": [f"2026-11-{day:02}T00:00:00Z" for day in days],
        "TimeSeriesList": [
            {"TimeSeriesId": sku, "DimensionList": [{"DimensionName": "sku_id", "DimensionValue": sku}], "MetricValueList": values}
            for sku, values in series.items()
        ],
    }


def test_pages_of_other_series_and_other_days_fill_one_array() -> None:
    series = read_series([a_page([21, 20], B=[2, 1]), a_page([22], A=[9], B=[3])], START, END)
    assert [member["sku_id"] for member in series.dimensions] == ["A", "B"]
    assert series.instants == (START, START + timedelta(days=1), END)
    np.testing.assert_equal(series.days.actual, [[NAN, NAN, 9], [1, 2, 3]])


def test_values_outside_the_interval_are_left_out() -> None:
    series = read_series([a_page([19, 20, 23], A=[1, 2, 3])], START, END)
    assert series.instants == (START,)
    np.testing.assert_equal(series.days.actual, [[2]])


def test_a_series_without_any_value_in_the_interval_is_still_a_member() -> None:
    series = read_series([a_page([19], A=[1])], START, END)
    assert (len(series.dimensions), series.days.actual.shape) == (1, (1, 0))


def test_no_page_gives_no_member() -> None:
    assert read_series([], START, END).days.actual.shape == (0, 0)


def test_the_same_value_on_two_pages_is_one_and_another_value_is_an_error() -> None:
    page = a_page([20], A=[1])
    np.testing.assert_equal(read_series([page, page], START, END).days.actual, [[1]])
    with pytest.raises(DuplicateKeys, match="time series A has two values at 2026-11-20"):
        read_series([page, a_page([20], A=[2])], START, END)


def test_the_kind_of_a_day_is_unknown() -> None:
    assert (read_series([a_page([20], A=[1])], START, END).kinds == -1).all()


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-11-21T00:00:00Z", datetime(2026, 11, 21, tzinfo=UTC)),
        ("2026-11-21", datetime(2026, 11, 21, tzinfo=UTC)),
        ("2026-11-21T00:00:00+01:00", datetime(2026, 11, 20, 23, tzinfo=UTC)),
        ("2026-03-29T00:00:00+01:00[Europe/Paris]", datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("2026-11-21T00:00:00-05:00[America/New_York]", datetime(2026, 11, 21, 5, tzinfo=UTC)),
        (datetime(2026, 11, 21), datetime(2026, 11, 21, tzinfo=UTC)),  # noqa: DTZ001
        (datetime(2026, 11, 21, tzinfo=timezone(timedelta(hours=2))), datetime(2026, 11, 20, 22, tzinfo=UTC)),
    ],
)
def test_a_timestamp_is_an_instant_in_utc(value: object, moment: datetime) -> None:
    assert parse_timestamp(value) == moment


@pytest.mark.parametrize("value", [None, "", "soon", "2026-11-31T00:00:00Z", 20261121.5, "2026-11-21T00:00:00Z[]"])
def test_anything_else_is_not_a_timestamp(value: object) -> None:
    assert parse_timestamp(value) is None
