"""Every rule of the contracts, and the reason given for a row that breaks it."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import pytest

from contracts import datasets
from tests.unit.glue_jobs import hostile
from tests.unit.glue_jobs.conftest import Engine
from tests.unit.glue_jobs.rows import FIRST_LINE, HISTORY, ORDER, Row, narrow, stage

TODAY = date(2026, 11, 23)
ORDER_COLUMNS = ("order_id", "customer_id", "order_ts", "ordered_qty", "shipped_qty", "currency", "status")
Verdict = tuple[str | None, str | None]

NUMBER = "is not a decimal: write a number such as 12 or 12.5, with a decimal point and no thousands separator"
TOO_LARGE = "is larger than 9999999999.999, the largest number that is stored: correct it, or send it in a larger unit"
NO_DATE = "is not a date: write a calendar date as YYYY-MM-DD"
NO_MOMENT = "is not a timestamp: write RFC 3339 with an offset, such as 2026-11-21T08:30:00+01:00"
WITH_OFFSET = "write RFC 3339 with an offset, such as 2026-11-21T08:30:00+01:00"
ABBREVIATION = "ends in an abbreviation, which several time zones share: write the offset from UTC instead, such as +01:00"
NO_ZONE = "names a time zone that the IANA database does not have: write one such as [Europe/Amsterdam], or an offset"
LEFT_OUT = "is in the hour that clocks in that zone leave out when they go forward, so it never was: correct it at the source"
SITE_DAY = "is a moment: on which day it lies depends on the time zone of the site; write the day alone, as YYYY-MM-DD"
FORMULA = "starts with a character that makes a spreadsheet take it for a formula (= + - @): remove that character"
ERROR_VALUE = "is an error value of a spreadsheet, not an identifier: correct the cell and export the file again"
NOT_NUMBERS = (
    "1e309",
    "NaN",
    "inf",
    "1,000,000",
    "1_000",
    "1 000",
    "0x10",
    "£5",
    "5 EA",
    "twelve",
    "٣",
    "５",
    "½",
    "(-8)",
    "8--",
)
DECIMAL_COMMA = "has a decimal comma: write a point, or state decimal_mark = ',' in the mapping of the source"
SERIAL = "is how a spreadsheet counts days: format the column as dates and export it again, or write the day as YYYY-MM-DD"
COUNTED = "counts time since 1970, which says nothing about a time zone:"
END_OF_DAY = "is the end of that day and the beginning of the next one: write the day that is meant, as YYYY-MM-DD"
BELOW_ZERO = ("(8)", "8-", "8.5 -", "\u22128", "( 8 )", "\u2013 8", "1e2-")
NEGATIVE = "is negative: send returns and corrections as a dataset of their own"
NOT_DATES = (
    "31/12/2025",
    "04.04.2026",
    "2025-02-30",
    "20261319",
    "٢٠٢٦-11-01",
    "today",
    "2026/11-19",
    "19-NOV-26",
    "31 Nov 2026",
    "2026-W47-4",
)

DOUBTFUL_UNITS = tuple(
    (
        text,
        f"{meaning} {unit} in other systems: write {unit}, or state {code} = '{unit}' under [units] in the mapping of the source "
        f"(signify drop --unit {code}={unit})",
    )
    for text, code, unit, meaning in (
        ("ST", "ST", "EA", "is a sheet in UN/CEFACT Recommendations 20 and 21, and"),
        ("st", "ST", "EA", "is a sheet in UN/CEFACT Recommendations 20 and 21, and"),
        ("PC", "PC", "EA", "is a parcel in UN/CEFACT Recommendations 20 and 21, and"),
        ("T", "T", "TNE", "is no code of UN/CEFACT, and"),
    )
)

INVALID_HISTORY: tuple[tuple[Row, str, str], ...] = (
    ({"unreadable": "has 3 fields, the header has 10"}, "UNREADABLE", "the record has 3 fields, the header has 10"),
    ({"site_id": None}, "NULL_REQUIRED", "site_id is blank: every row needs it"),
    ({"quantity": "   "}, "NULL_REQUIRED", "quantity is blank: every row needs it"),
    ({"demand_date": ""}, "NULL_REQUIRED", "demand_date is blank: every row needs it"),
    *(({"quantity": text}, "TYPE", f"quantity '{text}' {NUMBER}") for text in NOT_NUMBERS),
    *(({"quantity": text}, "TYPE", f"quantity '{text}' {DECIMAL_COMMA}") for text in ("1,5", "8,00", "1.000,5", "(8,5)", "8,5-")),
    *(
        ({"quantity": text}, "RANGE", f"quantity '{text}' {NEGATIVE}")
        for text in ("(8)", "8-", "8.5 -", "\u22128", "( 8 )", "\u2013 8", "1e2-")
    ),
    *(
        ({"quantity": text}, "AMBIGUOUS", f"quantity '{text}' can be -1250 or -1.2500: write -1250 or -1.2500")
        for text in ("(1,250)", "1,250-", "-1,250")
    ),
    ({"demand_date": "46345"}, "TYPE", f"demand_date '46345' {SERIAL}"),
    ({"demand_date": "1763596800000"}, "TYPE", f"demand_date '1763596800000' {COUNTED} write the day as YYYY-MM-DD"),
    ({"demand_date": "2026-11-19 24:00"}, "AMBIGUOUS", f"demand_date '2026-11-19 24:00' {END_OF_DAY}"),
    *(({"uom": text}, "CODE", f"uom '{text}' {doubt}") for text, doubt in DOUBTFUL_UNITS),
    ({"quantity": "5\u200b"}, "TYPE", f"quantity '5<U+200B>' {NUMBER}"),
    *(({"quantity": text}, "RANGE", f"quantity '{text}' {TOO_LARGE}") for text in ("10000000000", "99000000000", "1e10", "1e40")),
    ({"quantity": "9" * 300}, "TYPE", f"quantity '{'9' * 40}...' {NUMBER}"),
    ({"quantity": "1,250"}, "AMBIGUOUS", "quantity '1,250' can be 1250 or 1.2500: write 1250 or 1.2500"),
    *(
        (
            {"quantity": text},
            "RANGE",
            f"quantity '{text}' is closer to zero than 0.001, the smallest number that is stored: send it in a smaller unit",
        )
        for text in ("0.0004", "1e-7")
    ),
    *(({"demand_date": text}, "TYPE", f"demand_date '{text}' {NO_DATE}") for text in NOT_DATES),
    ({"demand_date": "03/04/2026"}, "AMBIGUOUS", "demand_date '03/04/2026' can be 2026-04-03 or 2026-03-04: write the one that is meant"),
    ({"demand_date": "3.4.26"}, "AMBIGUOUS", "demand_date '3.4.26' can be 2026-04-03 or 2026-03-04: write the one that is meant"),
    *(
        ({"demand_date": text}, "AMBIGUOUS", f"demand_date '{text}' {SITE_DAY}")
        for text in ("2026-11-19T23:00:00Z", "2026-11-19 13:00 +0100")
    ),
    *(({"sku_id": text}, "CODE", f"sku_id '{text}' {FORMULA}") for text in ("=cmd()", "+cmd()", "-cmd()", "@cmd()", "＝SUM")),
    *(({"sku_id": text}, "CODE", f"sku_id '{text}' {ERROR_VALUE}") for text in ("#REF!", "#N/A", "####")),
    *(
        ({"sku_id": f"A{text}B"}, "CODE", f"sku_id 'A<{code}>B' has the invisible character {code}: remove it")
        for text, code in (("\u200b", "U+200B"), ("\x07", "U+0007"), ("\t", "U+0009"), ("\ufffd", "U+FFFD"), ("\u200d", "U+200D"))
    ),
    ({"sku_id": "X" * 300}, "CODE", f"sku_id '{'X' * 40}...' is longer than 50 characters: shorten it at the source"),
    ({"uom": "bananas"}, "CODE", "uom 'bananas' is no unit code of UN/CEFACT Recommendation 20 or 21: write one such as EA"),
    ({"quantity": "-0.001"}, "RANGE", "quantity '-0.001' is negative: send returns and corrections as a dataset of their own"),
    *(
        ({"demand_date": text}, "DATE_PAST", f"demand_date '{text}' is before 2000-01-01: check the year")
        for text in ("0001-01-01", "1999-12-31")
    ),
    *(
        ({"demand_date": text}, "DATE_FUTURE", f"demand_date '{text}' is after 2026-11-24: actuals cannot lie in the future")
        for text in ("9999-12-31", "2026-11-25")
    ),
)
INVALID_ORDERS: tuple[tuple[Row, str, str], ...] = (
    ({"order_ts": "2026-11-01 10:00 CET"}, "TYPE", f"order_ts '2026-11-01 10:00 CET' {ABBREVIATION}"),
    ({"order_ts": "1793527200"}, "TYPE", f"order_ts '1793527200' {COUNTED} {WITH_OFFSET}"),
    (
        {"order_ts": "11/12/2026 08:30"},
        "AMBIGUOUS",
        "order_ts '11/12/2026 08:30' can be 2026-12-11 or 2026-11-12: write the one that is meant",
    ),
    ({"order_ts": "2026-11-01 10:00[Europe/Lundon]"}, "TYPE", f"order_ts '2026-11-01 10:00[Europe/Lundon]' {NO_ZONE}"),
    ({"order_ts": "2026-03-29 02:30[Europe/Paris]"}, "TYPE", f"order_ts '2026-03-29 02:30[Europe/Paris]' {LEFT_OUT}"),
    *(
        ({"order_ts": f"2026-11-01{text}"}, "TYPE", f"order_ts '2026-11-01{text}' {NO_MOMENT}")
        for text in ("T24:00:01Z", "T10:00:00+19:01", "T10:00:60Z", "T25:00Z", " 13:00 PM Z", "T8Z", "T1000:00Z")
    ),
    ({"order_ts": "0001-01-01T00:00:00Z"}, "DATE_PAST", "order_ts '0001-01-01T00:00:00Z' is before 2000-01-01: check the year"),
    (
        {"order_ts": "2026-11-25T00:30:00+14:00"},
        "DATE_FUTURE",
        "order_ts '2026-11-25T00:30:00+14:00' is after 2026-11-24: actuals cannot lie in the future",
    ),
    ({"shipped_qty": "7.501"}, "CONSISTENCY", "shipped_qty '7.501' is more than 1.5 times ordered_qty '5': check both quantities"),
)
VALID_HISTORY: tuple[Row, ...] = (
    *({"demand_date": text} for text in ("2000-01-01", "2024-02-29", "2026-11-24")),
    *({"sku_id": text} for text in ("X" * 50, "𝒜" * 50, "SKU 1", "É", "日本", "5-(a)/b's", " padded ")),
    *({"sku_id": text} for text in hostile.IDENTIFIERS[:21]),
)
VALID_ORDERS: tuple[Row, ...] = (
    {"shipped_qty": "7.5"},
    {"shipped_qty": None},
    {"customer_id": ""},
    {"order_ts": "2026-11-24T23:59:59-12:00"},
    {"order_ts": "2026-11-01t10:00:00+18:00"},
)
IN_ORDER: tuple[Row, ...] = (
    {"unreadable": "is longer than 1 MiB"},
    {"site_id": ""},
    {"sku_id": "=cmd()"},
    {"demand_date": "2025-02-30"},
    {"quantity": "-5"},
    {"uom": "bananas"},
    {"demand_date": "9999-12-31"},
)
"""Faults in the order of the rules they break: columns in the contract's order, then the date's place in time."""


ANYTHING: tuple[Row, ...] = tuple({column.name: text} for column in datasets.load("demand_history").columns for text in hostile.TEXTS)
TWO_FAULTS = [(first, second) for first, second in combinations(IN_ORDER, 2) if not first.keys() & second.keys()]


@pytest.fixture(scope="module")
def verdicts(engine: Engine) -> dict[str, Verdict]:
    """Every row of this module, validated at once, by what it changes in a valid row."""
    history = [*(row for row, _, _ in INVALID_HISTORY), *VALID_HISTORY, *IN_ORDER, *ANYTHING, *({**a, **b} for a, b in TWO_FAULTS)]
    orders = [*(row for row, _, _ in INVALID_ORDERS), *VALID_ORDERS]
    few = narrow(datasets.load("orders"), *ORDER_COLUMNS)
    return validate(engine, datasets.load("demand_history"), HISTORY, history) | validate(engine, few, ORDER, orders)


def validate(engine: Engine, contract: datasets.Contract, valid: Row, changes: list[Row]) -> dict[str, Verdict]:
    from glue_jobs.transforms.validation import add_verdict

    rows = engine.frame(stage(contract, [{**valid, **row} for row in changes]))
    verdicts = engine.rows(add_verdict(rows, contract, TODAY).select("source_line", "code", "reason"))
    assert len(verdicts) == len(changes)
    by_line = {row["source_line"]: (row["code"], row["reason"]) for row in verdicts}
    return {repr(row): by_line[line] for line, row in enumerate(changes, start=FIRST_LINE)}


def shortly(value: object) -> str:
    return ascii(value)[:40]


@pytest.mark.parametrize(("row", "code", "reason"), INVALID_HISTORY + INVALID_ORDERS, ids=shortly)
def test_a_reason_names_the_field_the_value_and_the_fix(verdicts: dict[str, Verdict], row: Row, code: str, reason: str) -> None:
    assert verdicts[repr(row)] == (code, reason)


@pytest.mark.parametrize("row", VALID_HISTORY + VALID_ORDERS, ids=shortly)
def test_unusual_but_valid_values_pass(verdicts: dict[str, Verdict], row: Row) -> None:
    assert verdicts[repr(row)] == (None, None)


@pytest.mark.parametrize(("first", "second"), TWO_FAULTS, ids=shortly)
def test_of_two_faults_the_reason_names_the_one_whose_rule_comes_first(verdicts: dict[str, Verdict], first: Row, second: Row) -> None:
    code, reason = verdicts[repr({**first, **second})]
    assert (code, reason) == verdicts[repr(first)]
    assert code is not None
    assert (code, reason) != verdicts[repr(second)]


def test_any_text_in_a_field_is_valid_or_gets_a_reason_that_names_the_field(verdicts: dict[str, Verdict]) -> None:
    assert len(ANYTHING) > 1500
    for row in ANYTHING:
        (name,), (code, reason) = row, verdicts[repr(row)]
        assert (code is None) == (reason is None)
        assert reason is None or reason.startswith(f"{name} ")


def test_every_code_has_a_row_that_gets_it() -> None:
    codes = {code for _, code, _ in INVALID_HISTORY + INVALID_ORDERS}
    assert codes == {"UNREADABLE", "NULL_REQUIRED", "TYPE", "AMBIGUOUS", "CODE", "RANGE", "DATE_PAST", "DATE_FUTURE", "CONSISTENCY"}
