"""Harmless spellings of values, optional values that cost no row, and numbers that can be read in two ways."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from contracts import datasets
from contracts.quality_codes import QuarantineCode
from tests.unit.glue_jobs.conftest import Engine
from tests.unit.glue_jobs.rows import FIRST_LINE, HISTORY, Row, stage

CONTRACT = datasets.load("demand_history")
TODAY = date(2026, 11, 23)
NINETEENTH = date(2026, 11, 19)
HALF_PAST_EIGHT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)
HALF_PAST_SEVEN = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)

SPELLINGS_OF_A_TIME = (
    *("2026/11/20 08:30Z", "2026.11.20 09:30:00+01:00", "20261120T083000Z", "2026-11-20T083000Z", "2026-11-20 8:30Z", "20261120T0930+0100"),
    *("20261120 083000Z", "20261120083000Z", "202611200830Z", "2026-11-20t08:30:00z", "2026-11-20 08:30:00 GMT", "2026-11-20 08:30utc"),
    *("2026-11-20 09:30 UTC+01:00", "2026-11-20 09:30 GMT+0100", "2026-11-20T09:30:00.0000000 +01:00", "2026-11-20T07:30:00\u221201:00"),
    *("2026-11-20T08:30:00,000Z", "2026-11-20T08:30Z[UTC]", "2026-11-20T09:30+01:00[Europe/Paris]", "2026-11-20 09:30[Europe/Paris]"),
    *("20 Nov 2026 08:30:00 +0000", "Fri, 20 Nov 2026 08:30:00 GMT", "20-NOV-2026 08:30:00 +00:00", "Nov 20, 2026 8:30 AM UTC"),
    *("November 20, 2026 08:30 +00", "2026-11-20 08:30 PM +12:00", "Friday, 20 November 2026 08:30Z", "2026-11-20T14:00:00+05:30"),
)
"""Half past eight in UTC."""
SPELLINGS_OF_A_DAY = (
    *("19 Nov 2026", "19-NOV-2026", "19nov2026", "Nov 19, 2026", "November 19, 2026", "Thu, 19 Nov 2026", "Thursday, November 19, 2026"),
    *("20261119000000", "2026-11-19T0000", "2026-11-19 0:00", "2026-11-19 12:00 AM", "20261119T000000+0100", "2026/11/19 00:00:00Z"),
)
SPELLINGS_OF_UNITS = {
    "EA": "each PCE Pcs Stück STÜCK piece UN",
    "KGM": "kg KG Kgs",
    "TNE": "tne tonnes",
    "LTR": "l L Liter",
    "MTQ": "m3 m\u00b3 CBM",
    "MTK": "m2 M\u00b2",
    "CT": "KAR ctn Karton",
    "PX": "PAL pallets PLT",
    "LBR": "lb LBS",
    "DZN": "doz",
}

SPELLINGS: tuple[tuple[str, str, object], ...] = (
    *(("quantity", text, Decimal("12.000")) for text in ("12.0000", "12.", "+12", "1.2e1", "12", " 12\u00a0", "12\n", "\ufeff12")),
    *(("quantity", text, Decimal("0.500")) for text in (".5", "0.5", "+.5", "5e-1", "0.5000000000000001", "0.49999999999999994")),
    *(("quantity", text, Decimal("0.300")) for text in ("0.30000000000000004", "0.299999999999999989")),
    *(("quantity", text, Decimal("1000.000")) for text in ("1e3", "1E+3", "1000.0", "001000")),
    *(("quantity", text, Decimal(value)) for text, value in (("1.0005", "1.000"), ("1.0015", "1.002"), ("3.3333333333333335", "3.333"))),
    ("quantity", "9999999999.999", Decimal("9999999999.999")),
    *(("demand_date", text, NINETEENTH) for text in ("2026-11-19 00:00:00", "2026-11-19T00:00:00Z", "2026-11-19 00:00:00.000", "20261119")),
    *(("demand_date", text, NINETEENTH) for text in ("2026/11/19", "2026.11.19", "2026-11-19T00:00:00+01:00", "2026-11-19 13:45")),
    ("demand_date", "2026/1/5", date(2026, 1, 5)),
    *(("stockout_flag", text, True) for text in ("Y", "yes", "T", "TRUE", "1", "1.0", " y ")),
    *(("stockout_flag", text, False) for text in ("N", "no", "F", "False", "0", "0.0")),
    *(("uom", text, "EA") for text in ("ea", " Ea ", "EA\u00a0")),
    ("demand_type", "ordered", "ORDERED"),
    *(("updated_at", f"2026-11-20{text}", HALF_PAST_EIGHT) for text in ("T08:30:00.0000000Z", " 08:30:00 UTC", "t08:30:00z", "T08:30Z")),
    *(
        ("updated_at", f"2026-11-20{text}", HALF_PAST_SEVEN)
        for text in (" 08:30:00 +0100", "T08:30:00+01", "T08:30:00+0100", "T08:30+01:00")
    ),
    ("updated_at", "2026-11-20T08:30:00.123456789Z", HALF_PAST_EIGHT.replace(microsecond=123456)),
    *(("updated_at", text, HALF_PAST_EIGHT) for text in SPELLINGS_OF_A_TIME),
    *(
        ("updated_at", f"2026-11-19{text}", datetime(2026, 11, 20, tzinfo=UTC))
        for text in ("T24:00:00Z", " 24:00Z", "T2400Z", "T24:00:00.0Z")
    ),
    *(("updated_at", f"2026-06-30{text}", datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC)) for text in ("T23:59:60Z", "T235960Z")),
    ("updated_at", "2026-11-20 12:30 AM Z", datetime(2026, 11, 20, 0, 30, tzinfo=UTC)),
    ("updated_at", "2026-11-20 12:30 PM UTC", datetime(2026, 11, 20, 12, 30, tzinfo=UTC)),
    ("updated_at", "2026-11-20T08:30:00,123456789Z", HALF_PAST_EIGHT.replace(microsecond=123456)),
    *(("demand_date", text, NINETEENTH) for text in SPELLINGS_OF_A_DAY),
    *(("uom", text, unit) for unit, texts in SPELLINGS_OF_UNITS.items() for text in texts.split()),
    *(("stockout_flag", text, True) for text in ("x", "X", "on", "WAHR", "Ja", "J", "oui", "VRAI", "-1", "Verdadero")),
    *(("stockout_flag", text, False) for text in ("off", "FALSCH", "nein", "non", "Faux", "FALSO")),
    *(("quantity", text, Decimal("0.000")) for text in ("0-", "(0)", "-0")),
    *(("sku_id", text, "00012") for text in ('="00012"', ' ="00012" ')),
    ("quantity", '="12"', Decimal("12.000")),
    ("sku_id", "a\u00a0b\u3000c", "a b c"),
    ("sku_id", "00012", "00012"),
    ("sku_id", "\u00a0X-1 ", "X-1"),
    ("sku_id", "می\u200cخواهم", "می\u200cخواهم"),
)
WARNED: tuple[tuple[str, str, str], ...] = (
    *(("price", text, "ROUNDED") for text in ("1.7899", "1.78999999")),
    ("quantity", "1.2345", "ROUNDED"),
    ("price", "-1", "OPTIONAL_RANGE"),
    ("price", "0.0001", "OPTIONAL_RANGE"),
    ("price", "1,250", "OPTIONAL_AMBIGUOUS"),
    ("price", "n/a", "OPTIONAL_TYPE"),
    ("stockout_flag", "perhaps", "OPTIONAL_TYPE"),
    *(("updated_at", text, "LOCAL_TIME") for text in ("2026-11-20 08:30:00", "2026-11-20", "20261120083000", "Nov 20 2026  8:30AM")),
    *(("updated_at", text, "OPTIONAL_TYPE") for text in ("1763627400000", "31/10/2026 08:30", "2026-11-20 08:30 CET", "2026-02-30 08:30")),
    ("updated_at", "11/12/2026 08:30", "OPTIONAL_AMBIGUOUS"),
    ("updated_at", "2026-10-25 02:30[Europe/Paris]", "REPEATED_HOUR"),
    *(("stockout_flag", text, "OPTIONAL_TYPE") for text in ("ye\u017f", "2", "tru")),
    ("demand_type", "GUESSED", "OPTIONAL_CODE"),
    ("source", "x" * 101, "OPTIONAL_CODE"),
    ("demand_date", "2026-11-19 13:45:10", "TIME_DROPPED"),
    *(("sku_id", text, "RUINED_IDENTIFIER") for text in ("9.78014E+12", "1,23457E+12", "1E+05", "Mar-01", "1-Mar", "2026-03-01 00:00:00")),
)
SILENT: tuple[tuple[str, str], ...] = (
    *(("quantity", text) for text in ("12.0000", "0.30000000000000004", "1e3", "+3", ".5")),
    *(("sku_id", text) for text in ("1E5", "MAR-01", "MARKER", "978014012345", "#1234")),
    ("demand_date", "2026-11-19 00:00:00"),
    ("price", ""),
)


@pytest.fixture(scope="module")
def verdicts(engine: Engine) -> dict[tuple[str, str], dict[str, Any]]:
    """The verdict of a valid row with each text of this module in its column."""
    from glue_jobs.transforms.validation import add_verdict

    texts = [*(case[:2] for case in SPELLINGS), *(case[:2] for case in WARNED), *SILENT]
    rows = engine.frame(stage(CONTRACT, [{**HISTORY, name: text} for name, text in texts]))
    lines = {row["source_line"]: row for row in engine.rows(add_verdict(rows, CONTRACT, TODAY))}
    return {each: lines[line] for line, each in enumerate(texts, start=FIRST_LINE)}


@pytest.mark.parametrize(("name", "text", "value"), SPELLINGS, ids=ascii)
def test_a_harmless_spelling_is_read(verdicts: dict[tuple[str, str], dict[str, Any]], name: str, text: str, value: object) -> None:
    verdict = verdicts[name, text]
    assert (verdict["code"], verdict[f"value__{name}"]) == (None, value)


@pytest.mark.parametrize(("name", "text", "code"), WARNED, ids=ascii)
def test_a_doubtful_value_costs_no_row_and_is_warned_of(
    verdicts: dict[tuple[str, str], dict[str, Any]], name: str, text: str, code: str
) -> None:
    verdict = verdicts[name, text]
    assert (verdict["code"], verdict["warnings"]) == (None, f"{name}:{code}")
    assert (verdict[f"value__{name}"] is None) == code.startswith(("OPTIONAL", "LOCAL_TIME"))


@pytest.mark.parametrize(("name", "text"), SILENT, ids=ascii)
def test_a_harmless_spelling_is_not_worth_a_warning(verdicts: dict[tuple[str, str], dict[str, Any]], name: str, text: str) -> None:
    assert (verdicts[name, text]["code"], verdicts[name, text]["warnings"]) == (None, "")


OBJECTS: dict[str, tuple[str, ...]] = {
    "thousands": ("1.250", "8", "12"),
    "decimals": ("1.250", "8.5", "12"),
    "fixed": ("1.250", "0.750"),
    "large": ("1.250", "1250.125"),
    "whole": ("12", "1250"),
}


def test_a_point_before_three_digits_is_ambiguous_unless_the_file_shows_what_it_separates(engine: Engine) -> None:
    from glue_jobs.transforms.ambiguity import find_ambiguous_objects
    from glue_jobs.transforms.validation import add_verdict

    changes: list[Row] = [
        {**HISTORY, "quantity": text, "source_object": name, "source_line": line}
        for name, texts in OBJECTS.items()
        for line, text in enumerate(texts, start=FIRST_LINE)
    ]
    rows = engine.frame(stage(CONTRACT, changes))
    ambiguous_objects = find_ambiguous_objects(rows, CONTRACT)
    assert ambiguous_objects == {"quantity": ("thousands",)}
    verdicts = engine.rows(add_verdict(rows, CONTRACT, TODAY, ambiguous_objects))
    refused_rows = [(row["source_object"], row["quantity"], row["code"]) for row in verdicts if row["code"]]
    assert refused_rows == [("thousands", "1.250", QuarantineCode.AMBIGUOUS)]
    (reason,) = (row["reason"] for row in verdicts if row["code"])
    assert reason.startswith("quantity '1.250' can be 1250 or 1.2500: write 1250 or 1.2500")
