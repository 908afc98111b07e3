"""Column readers on what no column should hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.shared.columns import NO_DAY, read_days, read_flags, read_hours, read_minutes, read_numbers, read_texts, to_text
from kpi_engine.shared.errors import InvalidValue

NAN = float("nan")
EPOCH = date(1970, 1, 1)


def frame(values: Sequence[object], dtype: Any = object) -> pd.DataFrame:
    return pd.DataFrame({"c": pd.Series(list(values), dtype=dtype)})


def numbers(values: Sequence[object], dtype: Any = object) -> list[float | None]:
    return [None if np.isnan(value) else value for value in read_numbers(frame(values, dtype), "c").tolist()]


MOMENTS = pd.Series([pd.Timestamp("2026-07-20"), None])
TIMES: dict[str, pd.Series[Any]] = {
    "nanoseconds": MOMENTS.astype("datetime64[ns]"),
    "seconds": MOMENTS.astype("datetime64[s]"),
    "with a zone": MOMENTS.dt.tz_localize("UTC"),
    "durations": pd.Series([timedelta(days=1), None]),
    "categories": MOMENTS.astype("category"),
}


@pytest.mark.parametrize("kind", TIMES)
def test_times_and_durations_are_no_numbers(kind: str) -> None:
    assert np.isnan(read_numbers(pd.DataFrame({"c": TIMES[kind]}), "c")).all()


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (" 5 ", 5.0),
        ("1e3", 1000.0),
        ("-0.5", -0.5),
        (True, 1.0),
        (Decimal("0.1"), 0.1),
        (np.float32(0.5), 0.5),
        (10**30, 1e30),
        ("inf", None),
        ("-Infinity", None),
        ("nan", None),
        ("1,5", None),
        ("1 000", None),
        (Decimal("Infinity"), None),
        (Decimal("NaN"), None),
        ([1], None),
        ({}, None),
        (pd.NA, None),
        (pd.NaT, None),
        (date(2026, 7, 20), None),
    ],
    ids=repr,
)
def test_a_number_among_other_things_is_read_alone(value: object, number: float | None) -> None:
    assert numbers([value, 2, "x"]) == [number, 2.0, None]


@pytest.mark.parametrize("dtype", ["int8", "uint16", "float16", "float32", "bool", "boolean", "Int16", "Float32"])
def test_small_types_become_floats(dtype: str) -> None:
    values = read_numbers(frame([1, 0], dtype), "c")
    assert values.dtype == np.float64
    assert values.tolist() == [1.0, 0.0]


def test_an_infinity_hides_no_other_number_and_the_frame_keeps_it() -> None:
    columns = frame([np.inf, -np.inf, 3.0, NAN], np.float64)
    assert numbers([np.inf, -np.inf, 3.0, NAN], np.float64) == [None, None, 3.0, None]
    read_numbers(columns, "c")
    assert columns["c"].tolist()[:3] == [np.inf, -np.inf, 3.0]


@given(st.lists(st.one_of(st.none(), st.floats(width=32), st.integers(-(10**6), 10**6)), max_size=20))
def test_numbers_agree_with_a_loop_whatever_the_mixture(values: list[float | int | None]) -> None:
    expected = [None if value is None or not np.isfinite(value) else float(value) for value in values]
    assert numbers(values) == expected
    assert numbers(values, "category") == expected


@given(st.lists(st.one_of(st.none(), st.dates(date(1700, 1, 1), date(2200, 12, 31))), max_size=15), st.booleans())
def test_days_of_every_kind_of_column_agree_with_the_calendar(days: list[date | None], strict: bool) -> None:
    expected = [NO_DAY if day is None else (day - EPOCH).days for day in days]
    texts = [None if day is None else day.isoformat() for day in days]
    times = [None if day is None else f"{day}T23:59:59-11:00" for day in days]
    for column in (
        frame(days),
        frame(texts),
        frame(texts, "string"),
        frame(times),
        frame(days, "datetime64[s]"),
    ):
        assert read_days(column, "c", strict=strict).tolist() == expected


@pytest.mark.parametrize("hours", [-12, -5.5, 0, 5.75, 14])
@pytest.mark.parametrize("clock", ["00:00:00", "12:30:00", "23:59:59"])
def test_the_day_of_a_time_is_that_of_its_own_offset(hours: float, clock: str) -> None:
    zone = timezone(timedelta(hours=hours))
    moment = datetime.fromisoformat(f"2026-07-20T{clock}").replace(tzinfo=zone)
    for value in (moment, moment.isoformat(), pd.Timestamp(moment)):
        assert read_days(frame([value, None]), "c").tolist() == [(date(2026, 7, 20) - EPOCH).days, NO_DAY]
    expected = (moment - datetime(1970, 1, 1, tzinfo=timezone.utc)).total_seconds() / 60  # noqa: UP017 - beside other zones
    assert read_minutes(frame([moment.isoformat()]), "c").tolist() == [pytest.approx(expected)]
    assert read_hours(frame([moment.isoformat()]), "c").tolist() == [float(moment.hour)]


@pytest.mark.parametrize("value", [True, 20260720, 20260720.5, "20/07/2026", "2026-13-01", "2026-02-29", b"2026-07-20"], ids=repr)
def test_what_is_no_day_is_named_in_the_error(value: object) -> None:
    with pytest.raises(InvalidValue, match=r"c holds .* which is no date: write YYYY-MM-DD"):
        read_days(frame([value]), "c")


def test_days_of_an_empty_column_are_none() -> None:
    for dtype in (object, "string", "datetime64[ns]", "category"):
        assert read_days(frame([], dtype), "c").tolist() == []


@pytest.mark.parametrize(
    ("label", "text"), [(7, "7"), (7.0, "7"), (7.5, "7.5"), ("007", "007"), (-1.0, "-1"), (1e16, "10000000000000000"), (True, "True")]
)
def test_a_label_is_the_same_text_in_every_column(label: object, text: str) -> None:
    assert to_text(label) == text
    for dtype in (object, "category"):
        assert read_texts(frame([label], dtype), "c").tolist() == [text]


@pytest.mark.parametrize("dtype", [object, "string", "category"])
def test_a_missing_label_is_empty_and_not_the_name_of_a_missing_value(dtype: str) -> None:
    assert read_texts(frame(["A", None, "nan"], dtype), "c").tolist() == ["A", "", "nan"]
    assert np.isnan(read_flags(frame([None, "nan"], dtype), "c")).all()
