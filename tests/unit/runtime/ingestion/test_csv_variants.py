"""CSV files as people and their programs write them."""

import gzip

import pytest

from runtime.models.domain.objects import ObjectStatus, ReasonCode
from tests.unit.runtime.ingestion.conftest import HEADER, World, history, line

PLAIN = history(line(sku_id="A"), line(sku_id="B", quantity="7"))
TEXT = PLAIN.decode()
SEMICOLONS = TEXT.replace(",", ";")

SAME_ROWS = {
    "sep=; and semicolons": "sep=;\n" + SEMICOLONS,
    "sep=, in quotes": '"sep=,"\r\n' + TEXT.replace("\n", "\r\n"),
    "semicolons": SEMICOLONS,
    "tabs": TEXT.replace(",", "\t"),
    "bars": TEXT.replace(",", "|"),
    "semicolons after blank lines": "\n\n" + SEMICOLONS,
    "a delimiter at the end of every line": TEXT.replace("\n", ",\n"),
    "a delimiter at the end of the rows only": HEADER + TEXT.removeprefix(HEADER).replace("\n", ",\n"),
    "a delimiter at the end of the header only": TEXT.replace("\n", ",\n", 1),
    "three blank columns at the end": TEXT.replace("\n", ",,,\n"),
    "a blank column at the start": "".join(f",{one}\n" for one in TEXT.splitlines()),
    "rows of delimiters only": TEXT + ",,,,\n,,,,\n",
    "carriage returns only": TEXT.replace("\n", "\r"),
    "spaces of other kinds around names and values": "".join(
        ",".join(f"\xa0{value}\u2009" for value in one.split(",")) + "\n" for one in TEXT.splitlines()
    ),
    "words": TEXT.replace(HEADER, "Site ID,SKU-ID,Demand Date,QUANTITY,U.o.M\n"),
    "camel case": TEXT.replace(HEADER, "siteId,skuId,demandDate,Quantity,UoM\n"),
    "a name with an invisible character": TEXT.replace("site_id", "\u200bsite_id"),
}


@pytest.mark.parametrize("name", SAME_ROWS)
def test_harmless_forms_give_the_rows_of_the_plain_file(reading_world: World, name: str) -> None:
    plain = reading_world.rows(reading_world.receive("plain.csv", PLAIN))
    record = reading_world.receive("other.csv", SAME_ROWS[name].encode())
    assert (record.status, record.unreadable_rows, record.reason) == (ObjectStatus.ACCEPTED, 0, None)
    columns = ("site_id", "sku_id", "demand_date", "quantity", "uom", "raw_excerpt")
    assert [[row[column] for column in columns] for row in reading_world.rows(record)] == [
        [row[column] for column in columns] for row in plain
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
@pytest.mark.parametrize("is_packed", [False, True])
def test_a_byte_order_mark_names_the_encoding(reading_world: World, encoding: str, is_packed: bool) -> None:
    content = history(line(sku_id="Grün"), line(sku_id="น้ำ")).decode().encode(encoding)
    name, content = ("a.csv.gz", gzip.compress(content)) if is_packed else ("a.csv", content)
    assert [row["sku_id"] for row in reading_world.rows(reading_world.receive(name, content))] == ["Grün", "น้ำ"]


def test_a_found_separator_is_stated(reading_world: World) -> None:
    assert reading_world.receive("a.csv", SEMICOLONS.encode()).warnings == (
        "the columns are separated by semicolons; the header matches the contract with them",
    )


def test_a_decimal_comma_is_not_guessed_from_semicolons(reading_world: World) -> None:
    record = reading_world.receive("a.csv", SEMICOLONS.replace(";5;", ";5,25;").encode())
    assert reading_world.rows(record)[0]["quantity"] == "5,25", "the run quarantines it"


def test_rows_keep_the_number_of_their_line_whatever_stands_before_them(reading_world: World) -> None:
    text = "sep=;\n\n" + HEADER.replace(",", ";") + ";;;;\n\n" + SEMICOLONS.removeprefix(HEADER.replace(",", ";"))
    record = reading_world.receive("a.csv", text.encode())
    assert [row["source_line"] for row in reading_world.rows(record)] == [6, 7]
    assert "1 row without any value skipped" in record.warnings


@pytest.mark.parametrize("fields", ["S1,A,2026-11-01,5", "S1,A,2026-11-01,5,EA,more", "S1,A,2026-11-01,5,EA,,more"])
def test_a_row_with_too_few_or_too_many_fields_stays_unreadable(reading_world: World, fields: str) -> None:
    (row,) = reading_world.rows(reading_world.receive("a.csv", (HEADER + fields + "\n").encode()))
    assert row["unreadable"] == f"has {fields.count(',') + 1} fields, the header has 5"
    assert row["raw_excerpt"] == fields


def test_two_names_that_mean_one_column_are_refused_and_both_are_named(reading_world: World) -> None:
    record = reading_world.receive("a.csv", (HEADER.replace("\n", ",SKU ID\n") + "S1,A,2026-11-01,5,EA,B\n").encode())
    assert record.reason_code is ReasonCode.UNREADABLE
    assert "'sku_id' (column 2) and 'SKU ID' (column 6)" in (record.reason or "")


def test_two_columns_outside_the_contract_may_have_one_name(reading_world: World) -> None:
    record = reading_world.receive("a.csv", (HEADER.replace("\n", ",note,note\n") + "S1,A,2026-11-01,5,EA,x,y\n").encode())
    assert record.status is ObjectStatus.ACCEPTED


@pytest.mark.parametrize("word", ["N/A", "n/a", "NULL", "-", "#N/A"])
def test_a_blank_word_in_an_optional_column_is_null_with_a_warning(reading_world: World, word: str) -> None:
    text = HEADER.replace("\n", ",price,source\n") + f"S1,A,2026-11-01,5,EA,{word},{word}\nS1,A,2026-11-02,5,EA,1.5,web\n"
    record = reading_world.receive("a.csv", text.encode())
    assert [(row["price"], row["source"]) for row in reading_world.rows(record)] == [(None, None), ("1.5", "web")]
    assert record.warnings == tuple(f"{name}: 1 value such as N/A or - read as blank" for name in ("price", "source"))


def test_na_is_blank_among_numbers_but_a_text_among_texts(reading_world: World) -> None:
    text = HEADER.replace("\n", ",price,source\n") + "S1,NA,2026-11-01,5,EA,NA,NA\n"
    (row,) = reading_world.rows(reading_world.receive("a.csv", text.encode()))
    assert (row["sku_id"], row["price"], row["source"]) == ("NA", None, "NA")


def test_a_blank_word_in_a_required_column_costs_its_row_with_its_text(reading_world: World) -> None:
    record = reading_world.receive("a.csv", history(line(sku_id="N/A"), line(quantity="N/A")))
    first, second = reading_world.rows(record)
    assert (first["sku_id"], first["raw_excerpt"]) == (None, "S1,N/A,2026-11-01,5,EA")
    assert second["quantity"] == "N/A", "the run says that it is no number"
    assert record.warnings == ("sku_id: 1 value such as N/A or - count as blank, but every row needs this column",)


def test_a_header_that_begins_with_the_letters_of_a_signature_is_text(reading_world: World) -> None:
    for name in ("PARENT", "ORCHARD", "BZh"):
        record = reading_world.receive(f"{name}.csv", f"{name},{HEADER}x,{line()}".encode())
        assert record.status is ObjectStatus.ACCEPTED, record.reason
