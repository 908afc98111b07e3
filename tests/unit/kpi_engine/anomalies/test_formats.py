"""Numbers that are read, and numbers, days and places that are written."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest

from kpi_engine.anomalies.formats import format_days, format_list, format_location, format_percent, parse_number


@pytest.mark.parametrize(("value", "number"), [(3, 3.0), ("60", 60.0), (" -1.5e3 ", -1500.0), (2**53, 2.0**53), (b"7", 7.0)])
def test_numeric_text_is_parsed_as_a_number(value: Any, number: float) -> None:
    assert parse_number(value) == number


@pytest.mark.parametrize("value", [None, True, False, "", "n/a", "1,5", [], {}, float("inf"), float("nan"), 2**53 + 2, -(10**400), 1j])
def test_anything_else_is_missing(value: Any) -> None:
    assert math.isnan(parse_number(value))


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ((2026, 11, 21), (2026, 11, 21), "21 Nov"),
        ((2026, 11, 21), (2026, 11, 22), "21–22 Nov"),
        ((2026, 11, 30), (2026, 12, 2), "30 Nov–2 Dec"),
        ((2026, 12, 31), (2027, 1, 1), "31 Dec 2026–1 Jan 2027"),
    ],
)
def test_days_are_written_as_briefly_as_is_clear(first: tuple[int, int, int], last: tuple[int, int, int], text: str) -> None:
    assert format_days(date(*first), date(*last)) == text


@pytest.mark.parametrize(("value", "text"), [(-38.2, "−38 %"), (52, "+52 %"), (0.4, "0 %"), (-0.4, "0 %"), (0, "0 %")])
def test_a_percentage_has_a_sign_unless_it_is_zero(value: float, text: str) -> None:
    assert format_percent(value) == text


def test_a_location_names_single_values_and_counts_several() -> None:
    assert format_location({"sku_id": ("SKU-1",), "site_id": ("LDS1",)}) == "at site LDS1, SKU-1"
    assert format_location({"sku_id": ("A", "B"), "lane": ("L1",), "site_id": ("X", "Y")}) == "at 2 sites, lane L1, 2 SKUs"
    assert format_location({}) == ""
    assert format_list([str(number) for number in range(7)]) == "0, 1, 2, 3, 4 and 2 more"
