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


@pytest.mark.parametrize(
    ("text", "plain"),
    [("8,00", "8.00"), ("1.234,50", "1234.50"), ("1,234.50", "1234.50"), ("1,234,567", "1234567"), ("1 234,5", "1234.5"), ("-8,5", "-8.5")],
)
def test_a_number_with_one_reading_is_suggested(text: str, plain: str) -> None:
    assert suggest({"quantity": text}) == [{"quantity": plain}]


@pytest.mark.parametrize("text", ["1,250", "1.250", "twelve", "N/A", "1,2,3", "12"])
def test_a_number_with_two_readings_or_none_has_no_suggestion(text: str) -> None:
    assert suggest({"quantity": text}) == [None]


def test_a_row_that_could_be_corrected_in_part_only_has_no_suggestion() -> None:
    assert suggest({"demand_date": "23/10/2026", "quantity": "many"}) == [None]


def test_all_values_of_a_row_are_corrected_together_and_the_others_stay() -> None:
    row = {"site_id": "S1", "demand_date": "23/10/2026", "quantity": "8,00", "uom": "ea"}
    assert suggest(row) == [{"site_id": "S1", "demand_date": "2026-10-23", "quantity": "8.00", "uom": "EA"}]
