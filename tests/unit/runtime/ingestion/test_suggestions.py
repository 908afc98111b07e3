"""A suggestion is made only where one reading is possible."""

from __future__ import annotations

from datetime import date

import pytest

from contracts import datasets
from runtime.services.ingestion.suggestions import suggest_values

HISTORY = datasets.load("demand_history")
TODAY = date(2026, 11, 22)


def suggest(*rows: dict[str, str]) -> list[dict[str, str] | None]:
    return [dict(row) if row else None for row in suggest_values(rows, HISTORY, TODAY)]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("23/10/2026", "2026-10-23"),
        ("10/23/2026", "2026-10-23"),
        ("23.10.2026", "2026-10-23"),
        ("2026/10/23", "2026-10-23"),
        ("20261023", "2026-10-23"),
        ("23-Oct-2026", "2026-10-23"),
        ("23 October 2026", "2026-10-23"),
        ("Oct 23, 2026", "2026-10-23"),
        ("OCTOBER 23 2026", "2026-10-23"),
    ],
)
def test_a_date_with_one_reading_is_suggested(text: str, iso: str) -> None:
    assert suggest({"demand_date": text}) == [{"demand_date": iso}]


@pytest.mark.parametrize("text", ["05/06/2026", "31/02/2026", "23/10/1826", "23/10/2036", "yesterday", "2026-10-23", ""])
def test_an_ambiguous_an_impossible_or_a_plain_date_has_no_suggestion(text: str) -> None:
    assert suggest({"demand_date": text}) == [None]


def test_other_rows_of_the_file_show_the_order_of_day_and_month() -> None:
    assert suggest({"demand_date": "05/06/2026"}, {"demand_date": "23/06/2026"})[0] == {"demand_date": "2026-06-05"}
    assert suggest({"demand_date": "05/06/2026"}, {"demand_date": "06/23/2026"})[0] == {"demand_date": "2026-05-06"}


def test_rows_that_contradict_each_other_show_no_order() -> None:
    assert suggest({"demand_date": "23/06/2026"}, {"demand_date": "06/23/2026"}) == [None, None]


SIGNED = (
    ("-8,5", "-8.5"),
    ("8,5-", "-8.5"),
    ("(1,234.50)", "-1234.50"),
    ("1'234.50", "1234.50"),
    ("1_234", "1234"),
    ("\u22121.234,5", "-1234.5"),
)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("8,00", "8.00"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1,234,567", "1234567"),
        ("1 234,5", "1234.5"),
        ("-8,5", "-8.5"),
        *SIGNED,
    ],
)
def test_a_number_with_one_reading_is_suggested(text: str, plain: str) -> None:
    assert suggest({"quantity": text}) == [{"quantity": plain}]


@pytest.mark.parametrize("text", ["1,250", "1.250", "(1,250)", "1,250-", "8-", "(8)", "1e3", ".5", "twelve", "N/A", "1,2,3", "12"])
def test_a_number_with_two_readings_or_none_has_no_suggestion(text: str) -> None:
    assert suggest({"quantity": text}) == [None]


def test_a_row_that_could_be_corrected_in_part_only_has_no_suggestion() -> None:
    assert suggest({"demand_date": "23/10/2026", "quantity": "many"}) == [None]


def test_all_values_of_a_row_are_corrected_together_and_the_others_stay() -> None:
    row = {"site_id": "S1", "demand_date": "23/10/2026", "quantity": "8,00", "uom": "ea"}
    assert suggest(row) == [{"site_id": "S1", "demand_date": "2026-10-23", "quantity": "8.00", "uom": "EA"}]


ORDERS = datasets.load("orders")


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("23/10/2026 08:30", "2026-10-23 08:30"),
        ("10/23/2026 08:30:00+01:00", "2026-10-23 08:30:00+01:00"),
        ("23.10.2026T8:30Z", "2026-10-23 8:30Z"),
        ("23-10-2026 08:30 PM", "2026-10-23 08:30 PM"),
        ("23/10/2026", "2026-10-23"),
        ("11/10/2026 08:30", None),
        ("31/02/2026 08:30", None),
        ("23/10/2036 08:30", None),
        ("1763627400000", None),
        ("2026-10-23 08:30 CET", None),
    ],
)
def test_a_time_with_one_reading_is_suggested_with_its_clock_and_offset_as_they_are(text: str, suggestion: str | None) -> None:
    (row,) = suggest_values([{"order_ts": text}], ORDERS, TODAY)
    assert row == (None if suggestion is None else {"order_ts": suggestion})


def test_other_times_of_the_file_show_the_order_of_day_and_month() -> None:
    first, _ = suggest_values([{"order_ts": "05/06/2026 08:30"}, {"order_ts": "23/06/2026 08:30"}], ORDERS, TODAY)
    assert first == {"order_ts": "2026-06-05 08:30"}


@pytest.mark.parametrize(("text", "unit"), [("kg", "KGM"), ("St\u00fcck", "EA"), ("ea", "EA"), ("ST", None), ("bananas", None)])
def test_a_unit_that_is_read_hinders_no_correction_and_a_doubtful_one_does(text: str, unit: str | None) -> None:
    row = {"demand_date": "23/10/2026", "uom": text}
    assert suggest(row) == [None if unit is None else {"demand_date": "2026-10-23", "uom": unit}]
