"""The forms of dates and numbers, found from the values alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cli.mapping.value_forms import DATE_FORMATS, describe_date, find_date_form, find_decimal_marks, is_negative, is_number

YEAR = [date(2025, 12, 1) + timedelta(days=number) for number in range(365)]


@pytest.mark.parametrize("date_format", DATE_FORMATS)
def test_the_format_of_a_year_of_dates_is_found(date_format: str) -> None:
    form = find_date_form([day.strftime(date_format) for day in YEAR])
    assert form is not None
    assert (form.date_format, form.other_formats, form.has_time) == (date_format, (), False)


@pytest.mark.parametrize(("day_first", "month_first"), [("%d/%m/%Y", "%m/%d/%Y"), ("%d-%m-%Y", "%m-%d-%Y"), ("%d/%m/%y", "%m/%d/%y")])
def test_days_up_to_the_twelfth_leave_two_readings(day_first: str, month_first: str) -> None:
    form = find_date_form([day.strftime(day_first) for day in YEAR if day.day <= 12])
    assert form is not None
    assert {form.date_format, *form.other_formats} == {day_first, month_first}


def test_days_that_both_readings_give_leave_no_question() -> None:
    form = find_date_form(["01/01/2026", "02/02/2026"])
    assert form is not None
    assert form.other_formats == ()


def test_a_few_bad_dates_do_not_hide_the_format_and_many_do() -> None:
    good = [day.strftime("%d.%m.%Y") for day in YEAR[:95]]
    form = find_date_form([*good, *["unknown", "31.02.2026", "n/a"]])
    assert form is not None
    assert form.date_format == "%d.%m.%Y"
    assert find_date_form([*good, *map(str, range(50))]) is None


@pytest.mark.parametrize(
    ("text", "has_time"),
    [("2026-11-19 00:00:00", False), ("2026-11-19T08:30:00Z", True), ("2026-11-19 12:00 AM", False), ("2026-11-19 23:59:59.123", True)],
)
def test_midnight_is_a_date_and_another_time_is_said(text: str, has_time: bool) -> None:
    form = find_date_form([text])
    assert form is not None
    assert (form.date_format, form.has_time) == ("%Y-%m-%d", has_time)


@pytest.mark.parametrize("texts", [[], ["", " "], ["many", "few"], ["12", "13"]])
def test_what_holds_no_dates_has_no_format(texts: list[str]) -> None:
    assert find_date_form(texts) is None


@pytest.mark.parametrize(
    ("texts", "marks"),
    [
        (["1", "2"], (".",)),
        (["1.5", "2.250"], (".",)),
        (["1,5"], (",",)),
        (["1.250,5", "2.000"], (",",)),
        (["1,250.5", "980"], (".",)),
        (["1,250", "980"], (".", ",")),
        (["12,5", "1,250"], (",",)),
        (["0,250", "many"], (".", ",")),
        ([], (".",)),
    ],
)
def test_the_decimal_mark_is_what_the_numbers_allow(texts: list[str], marks: tuple[str, ...]) -> None:
    assert find_decimal_marks(texts) == marks


def test_numbers_of_any_country_are_numbers_and_names_are_none() -> None:
    assert all(map(is_number, ["12", "-1,5", "1 250,5", "1'250.5", ".5", "+3", "1.250,000-", "(100)"]))
    assert not any(map(is_number, ["", "A-1", "12 pcs", "-", ".", "(a)", "4-5", "()"]))


def test_a_sign_before_or_behind_a_number_or_brackets_around_it_make_it_negative() -> None:
    assert [text for text in ("-8", "8-", "(8)", "1.250,00-", "8", "-0", "0-", "(0)", "+8", "a-") if is_negative(text)] == [
        "-8",
        "8-",
        "(8)",
        "1.250,00-",
    ]


@pytest.mark.parametrize("text", ["2026-11-19 23:30:00 -0500", "2026-11-19T23:30:00+00:00", "2026-11-19 23:30 UTC"])
def test_an_offset_behind_the_time_is_said(text: str) -> None:
    form = find_date_form([text])
    assert form is not None
    assert (form.date_format, form.has_time, form.has_offset) == ("%Y-%m-%d", True, True)


def test_a_day_is_described_with_the_name_of_its_month() -> None:
    assert describe_date("03/04/2026 08:00", "%m/%d/%Y") == "4 March 2026"
