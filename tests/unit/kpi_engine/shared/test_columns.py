"""Columns of any type as arrays: every reader on every type that a frame may have."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from kpi_engine.shared.columns import (
    LARGEST_SIZE,
    NO_DAY,
    days_as_floats,
    read_days,
    read_flags,
    read_hours,
    read_minutes,
    read_numbers,
    read_texts,
    rename_columns,
    require_columns,
)
from kpi_engine.shared.errors import InvalidValue, MissingColumns

NAN = float("nan")
MIDSUMMER = date(2026, 7, 20).toordinal() - date(1970, 1, 1).toordinal()


def frame(values: Sequence[object], dtype: Any = object) -> pd.DataFrame:
    return pd.DataFrame({"c": pd.Series(list(values), dtype=dtype)})


def equal(values: np.ndarray[Any, Any], expected: Sequence[float]) -> bool:
    return np.array_equal(values, np.array(expected, dtype=np.float64), equal_nan=True)


@pytest.mark.parametrize(
    "dtype",
    [object, "Float64", "Int64", "category", pd.ArrowDtype(pa.float64()), pd.ArrowDtype(pa.int32()), pd.ArrowDtype(pa.decimal128(5, 2))],
    ids=str,
)
def test_numbers_are_the_same_in_every_type(dtype: Any) -> None:
    values = [Decimal(3), None, Decimal(4)] if "decimal" in str(dtype) else [3, None, 4]
    assert equal(read_numbers(frame(values, dtype), "c"), [3, NAN, 4])


@pytest.mark.parametrize("dtype", [object, "string", "category", pd.ArrowDtype(pa.string())], ids=str)
def test_numbers_as_text_are_numbers_and_other_text_is_missing(dtype: Any) -> None:
    assert equal(read_numbers(frame(["3.5", "many", None, ""], dtype), "c"), [3.5, NAN, NAN, NAN])


def test_infinities_and_columns_that_are_not_there_are_missing() -> None:
    assert equal(read_numbers(frame([np.inf, 1.0, -np.inf], np.float64), "c"), [NAN, 1, NAN])
    assert equal(read_numbers(frame([1, 2]), "d"), [NAN, NAN])


def test_numbers_up_to_the_largest_size_stay_as_they_are() -> None:
    assert equal(read_numbers(frame([LARGEST_SIZE, -LARGEST_SIZE], np.float64), "c"), [LARGEST_SIZE, -LARGEST_SIZE])


@pytest.mark.parametrize("others", [[], [1.0, None, np.inf], [1e308, -1e308]], ids=["alone", "with missing ones", "with opposites"])
@pytest.mark.parametrize("value", [1.01e50, -1e51, 1e200, -1.7e308])
def test_a_number_beyond_the_largest_size_is_refused_with_its_column_and_the_limits(value: float, others: list[Any]) -> None:
    with pytest.raises(InvalidValue) as error:
        read_numbers(frame([value, *others], object).rename(columns={"c": "actual_value"}), "actual_value")
    assert str(error.value) == f"actual_value is {value:g}: write a number between -1e+50 and 1e+50"


def test_a_frame_with_two_columns_of_one_name_is_refused_by_that_name() -> None:
    twice = pd.DataFrame([["A", 1, 2]], columns=["sku_id", "actual_value", "actual_value"])
    with pytest.raises(InvalidValue, match=r"^history has two columns named actual_value: rename or drop one of them$"):
        require_columns({"demand": (twice[["sku_id"]], ["sku_id"]), "history": (twice, ["sku_id"])})


def test_a_plain_column_of_floats_is_not_copied() -> None:
    plain = frame([1.0, 2.0], np.float64)
    assert np.shares_memory(read_numbers(plain, "c"), plain["c"].to_numpy())


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        ("2026-07-20", object),
        ("2026-07-20T23:59:59-08:00", object),
        ("2026-07-20", "string"),
        ("2026-07-20", "category"),
        (date(2026, 7, 20), object),
        (date(2026, 7, 20), pd.ArrowDtype(pa.date32())),
        (datetime(2026, 7, 20, 23, 59), "datetime64[ns]"),  # noqa: DTZ001 - a wall clock
        (datetime(2026, 7, 20, 23, 59), "datetime64[s]"),  # noqa: DTZ001
        (datetime(2026, 7, 20, 23, 59), pd.ArrowDtype(pa.timestamp("us"))),  # noqa: DTZ001
        (pd.Timestamp("2026-07-20 23:59", tz="Europe/London"), "datetime64[ns, Europe/London]"),
    ],
    ids=str,
)
def test_a_day_is_that_of_the_columns_own_clock(value: object, dtype: Any, strict: bool) -> None:
    assert read_days(frame([value, None], dtype), "c", strict=strict).tolist() == [MIDSUMMER, NO_DAY]


@pytest.mark.parametrize("strict", [True, False])
def test_one_instant_is_two_days_on_the_clocks_of_two_offsets(strict: bool) -> None:
    moments = [pd.Timestamp("2026-07-20T00:30:00+02:00"), pd.Timestamp("2026-07-19T22:30:00+00:00"), None]
    assert moments[0] == moments[1]
    days = read_days(pd.DataFrame({"day": pd.Series(moments, dtype=object)}), "day", strict=strict)
    assert days.tolist() == [20_654, 20_653, NO_DAY]


def test_days_before_the_epoch_are_negative() -> None:
    for dtype in (object, "datetime64[s]", "datetime64[ns]"):
        assert read_days(frame([datetime(1969, 12, 31, 5)], dtype), "c").tolist() == [-1]  # noqa: DTZ001


@pytest.mark.parametrize("value", ["next week", "2026-02-30", 5.5, ""])
def test_an_invalid_date_raises_or_is_missing_according_to_strict(value: object) -> None:
    with pytest.raises(InvalidValue, match=r"c holds .* which is no date: write YYYY-MM-DD"):
        read_days(frame([value]), "c")
    assert read_days(frame([value, "2026-07-20"]), "c", strict=False).tolist() == [NO_DAY, MIDSUMMER]


def test_a_column_of_days_that_is_not_there_is_missing_to_a_lenient_reader() -> None:
    assert read_days(frame([1, 2]), "d", strict=False).tolist() == [NO_DAY, NO_DAY]


def test_a_missing_day_spreads_through_arithmetic_on_floats() -> None:
    days = days_as_floats(np.array([MIDSUMMER, NO_DAY]))
    assert equal(days - days, [0, NAN])


def test_whole_numbers_that_a_gap_turned_into_floats_keep_their_names() -> None:
    assert read_texts(frame([7, None, 8], np.float64), "c").tolist() == ["7", "", "8"]
    assert read_texts(frame(["A", None, 7.5]), "c").tolist() == ["A", "", "7.5"]
    assert read_texts(frame(["A"]), "d").tolist() == [""]


def test_yes_and_no_are_understood_in_many_spellings() -> None:
    assert equal(read_flags(frame(["Yes", True, 1, 1.0, "y"]), "c"), [1] * 5)
    assert equal(read_flags(frame(["NO", False, 0, "0.0", "n"]), "c"), [0] * 5)
    assert equal(read_flags(frame(["maybe", None, 2]), "c"), [NAN] * 3)


def test_minutes_are_counted_in_utc_and_hours_on_the_local_clock() -> None:
    times = frame(["1970-01-01T01:30:00+01:00", "1970-01-01 00:45", "noon", None])
    assert equal(read_minutes(times, "c"), [30, 45, NAN, NAN])
    assert equal(read_hours(times, "c"), [1, 0, NAN, NAN])
    for reader in (read_minutes, read_hours):
        assert equal(reader(times, "d"), [NAN] * 4)


@pytest.mark.parametrize("time", ["11:20", "11:20:30", "11:20:30.5"])
@pytest.mark.parametrize("offset", ["", "Z", "+02:00", "-0330", "+05"])
def test_the_local_hour_is_the_one_as_written_whatever_the_precision_and_the_offset(time: str, offset: str) -> None:
    assert equal(read_hours(frame([f"2026-07-20T{time}{offset}"]), "c"), [11])
    assert equal(read_hours(frame([f"2026-07-20 {time}{offset}", "2026-07-20T23:59", "2026-07-20T00:00+02:00"]), "c"), [11, 23, 0])


def test_a_common_name_wins_over_another_name_for_the_same() -> None:
    both = pd.DataFrame({"sku": ["old"], "sku_id": ["A"]})
    assert rename_columns(both, {"sku": "sku_id"}) is both
    assert rename_columns(both[["sku"]], {"sku": "sku_id"}).columns.tolist() == ["sku_id"]


def test_one_error_names_what_every_frame_lacks_and_an_empty_frame_lacks_nothing() -> None:
    frames = {"a": (frame([1]), ["c", "x"]), "b": (pd.DataFrame(index=[0]), ["y"]), "none": (pd.DataFrame(), ["z"])}
    with pytest.raises(MissingColumns, match=r"^a lacks x; it has c\. b lacks y; it has no column$"):
        require_columns(frames)
    require_columns({"none": (pd.DataFrame(), ["z"])})
