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

PLAIN = "is not a decimal: write a plain number such as 12 or 12.5, at most 11 digits and 3 decimals, no exponent, no thousands separator"
NO_DATE = "is not a date: write a calendar date as YYYY-MM-DD"
NO_MOMENT = "is not a timestamp: write RFC 3339 with an offset, such as 2026-11-21T08:30:00+01:00"
NO_ID = "is no identifier: start with a letter or digit, then letters, digits, spaces or . _ / : # & ' ( ) + -"

INVALID_HISTORY: tuple[tuple[Row, str, str], ...] = (
    ({"unreadable": "has 3 fields, the header has 10"}, "UNREADABLE", "the record has 3 fields, the header has 10"),
    ({"site_id": None}, "NULL_REQUIRED", "site_id is blank: every row needs it"),
    ({"quantity": "   "}, "NULL_REQUIRED", "quantity is blank: every row needs it"),
    ({"demand_date": ""}, "NULL_REQUIRED", "demand_date is blank: every row needs it"),
    *(({"quantity": text}, "TYPE", f"quantity '{text}' {PLAIN}") for text in hostile.NOT_PLAIN + hostile.UNICODE_DIGITS),
    ({"quantity": "5.0001"}, "TYPE", f"quantity '5.0001' {PLAIN}"),
    ({"quantity": "100000000000"}, "TYPE", f"quantity '100000000000' {PLAIN}"),
    ({"quantity": "5\n"}, "TYPE", f"quantity '5\n' {PLAIN}"),
    ({"quantity": "9" * 300}, "TYPE", f"quantity '{'9' * 40}...' {PLAIN}"),
    *(({"demand_date": text}, "TYPE", f"demand_date '{text}' {NO_DATE}") for text in ("31/12/2025", "2025-02-30", "٢٠٢٦-11-01", "today")),
    ({"stockout_flag": "perhaps"}, "TYPE", "stockout_flag 'perhaps' is not a boolean: write true or false"),
    ({"stockout_flag": "yeſ"}, "TYPE", "stockout_flag 'yeſ' is not a boolean: write true or false"),
    *(
        ({"updated_at": f"2026-11-01{text}"}, "TYPE", f"updated_at '2026-11-01{text}' {NO_MOMENT}")
        for text in ("T24:00:00Z", "T10:00:00+18:01")
    ),
    *(
        ({"sku_id": text}, "CODE", f"sku_id '{text}' {NO_ID}")
        for text in ("=cmd()", "+cmd()", "-cmd()", "@cmd()", "SKU-1\n", "\u00a05", "E\u0301")
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
    ({"order_ts": "2025-11-03 10:00"}, "TYPE", f"order_ts '2025-11-03 10:00' {NO_MOMENT}"),
    ({"order_ts": "0001-01-01T00:00:00Z"}, "DATE_PAST", "order_ts '0001-01-01T00:00:00Z' is before 2000-01-01: check the year"),
    (
        {"order_ts": "2026-11-25T00:30:00+14:00"},
        "DATE_FUTURE",
        "order_ts '2026-11-25T00:30:00+14:00' is after 2026-11-24: actuals cannot lie in the future",
    ),
    ({"currency": "euro"}, "CODE", "currency 'euro' is no currency code of ISO 4217: write one such as EUR"),
    ({"status": "LOST"}, "CODE", "status 'LOST' is not one of OPEN, SHIPPED, DELIVERED, CANCELLED_CUSTOMER, CANCELLED_US"),
    ({"shipped_qty": "7.501"}, "CONSISTENCY", "shipped_qty '7.501' is more than 1.5 times ordered_qty '5': check both quantities"),
)
VALID_HISTORY: tuple[Row, ...] = (
    *({"quantity": text} for text in ("0", "-0", "+5", "0005", "5.000", " 5 ", "99999999999.999")),
    *({"demand_date": text} for text in ("2000-01-01", "2024-02-29", "2026-11-24")),
    *({"stockout_flag": text} for text in ("TRUE", "Yes", "0", " no ", "")),
    *({"sku_id": text} for text in ("X" * 50, "𝒜" * 50, "SKU 1", "É", "日本", "5-(a)/b's", " padded ")),
    *({"updated_at": text} for text in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "2026-11-01 10:00:00.123456z", "  ", None)),
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
    {"updated_at": "yesterday"},
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
    assert codes == {"UNREADABLE", "NULL_REQUIRED", "TYPE", "CODE", "RANGE", "DATE_PAST", "DATE_FUTURE", "CONSISTENCY"}
