"""Files in the words of their owner, read from the first line to the mapping beside them."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cli.mapping import reading
from cli.mapping.choices import Choices
from cli.mapping.reading import Conversation, FileReading, source_name
from cli.mapping.sample_readers import read_sample
from contracts import datasets
from local.errors import DataError
from runtime.services.ingestion.mappings import parse_layout
from runtime.services.ingestion.staging.header import match_header
from runtime.services.ingestion.staging.layout import FileLayout
from runtime.services.ingestion.staging.rejection import ObjectRejected
from tests.unit.cli.mapping.files import DAYS, sales, write
from tests.workbooks import number, row, sheet, workbook

YES = Conversation(accepts_all=True)
HEADER = ("Date", "SKU", "Warehouse", "Qty Sold")


class Person:
    """Somebody at the terminal, and what was asked."""

    def __init__(self, agrees: bool = True, choice: str = "") -> None:
        self.questions: list[str] = []
        self._agrees, self._choice = agrees, choice

    def confirm(self, text: str) -> bool:
        self.questions.append(text)
        return self._agrees

    def choose(self, text: str, options: Sequence[str]) -> str:
        self.questions.append(text)
        assert self._choice in options
        return self._choice

    @property
    def conversation(self) -> Conversation:
        return Conversation(is_interactive=True, confirm=self.confirm, choose=self.choose)


def decide_reading(path: Path, choices: Choices, conversation: Conversation) -> FileReading:
    return reading.decide_reading(path, read_sample(path), choices, conversation)


def layout_of(file_reading: FileReading) -> FileLayout:
    assert file_reading.mapping is not None
    return parse_layout(file_reading.mapping.read_text(encoding="utf-8"))


def test_a_file_in_the_form_of_its_contract_needs_no_mapping(tmp_path: Path) -> None:
    header = ("Site ID", "SKU-ID", "demand_date", "Quantity", "uom", "remark")
    file = write(tmp_path / "x.csv", header, [("S", "A", "2026-11-01", 1, "EA", "")])
    assert decide_reading(file, Choices(), Conversation()) == FileReading("demand_history")
    assert list(tmp_path.glob("*.toml")) == []


def test_other_names_and_dates_are_proposed_asked_once_and_remembered(tmp_path: Path) -> None:
    person = Person()
    file_reading = decide_reading(write(tmp_path / "Sales 2026-10.csv", HEADER, sales()), Choices(), person.conversation)
    assert (file_reading.dataset, file_reading.source, file_reading.mapping) == ("demand_history", "sales", tmp_path / "sales.mapping.toml")
    layout = layout_of(file_reading)
    assert layout.renames == {"Date": "demand_date", "SKU": "sku_id", "Warehouse": "site_id", "Qty Sold": "quantity"}
    assert (layout.date_format, layout.constants) == ("%d/%m/%Y", {"uom": "EA"})
    again = decide_reading(write(tmp_path / "Sales 2026-11.csv", HEADER, sales()), Choices(), Conversation())
    assert (again, person.questions) == (file_reading, ["Read it this way?"])


def test_a_mapping_is_not_used_for_a_file_that_lost_one_of_its_columns(tmp_path: Path) -> None:
    decide_reading(write(tmp_path / "sales-1.csv", HEADER, sales()), Choices(), YES)
    other = write(tmp_path / "sales-2.csv", ("Day", *HEADER[1:]), sales())
    with pytest.raises(DataError, match="--yes"):
        decide_reading(other, Choices(), Conversation())


def test_a_name_that_the_platform_does_not_match_is_renamed_by_a_mapping(tmp_path: Path) -> None:
    header = ("site_id", "sku_id", "demand_date", "Quantity*", "uom")
    file = write(tmp_path / "x.csv", header, [("S", "A", day, 1, "EA") for day in DAYS])
    with pytest.raises(ObjectRejected, match="requires quantity"):
        match_header(header, datasets.load("demand_history"), FileLayout())
    assert layout_of(decide_reading(file, Choices(), YES)).renames == {"Quantity*": "quantity"}


def test_nothing_is_written_when_nobody_agrees(tmp_path: Path) -> None:
    file = write(tmp_path / "sales.csv", HEADER, sales())
    with pytest.raises(DataError, match="was not uploaded"):
        decide_reading(file, Choices(), Person(agrees=False).conversation)
    with pytest.raises(DataError, match="--yes"):
        decide_reading(file, Choices(), Conversation())
    assert list(tmp_path.glob("*.toml")) == []


def test_dates_that_can_be_read_in_two_ways_are_asked_for_and_never_guessed(tmp_path: Path) -> None:
    rows = [(day.strftime("%d/%m/%Y"), "A", "S", 1) for day in DAYS if day.day <= 12]
    file = write(tmp_path / "sales.csv", HEADER, rows)
    with pytest.raises(DataError, match=r"--date-format '%d/%m/%Y' or --date-format '%m/%d/%Y'"):
        decide_reading(file, Choices(), YES)
    person = Person(choice="%m/%d/%Y")
    assert layout_of(decide_reading(file, Choices(), person.conversation)).date_format == "%m/%d/%Y"
    assert len(person.questions) == 2
    assert layout_of(decide_reading(file, Choices(date_format="%d/%m/%Y"), YES)).date_format == "%d/%m/%Y"


def test_a_comma_before_three_digits_is_asked_for(tmp_path: Path) -> None:
    rows = [(day, "A", "S", "1,250") for day in DAYS]
    file = write(tmp_path / "sales.csv", HEADER, rows, separator=";")
    with pytest.raises(DataError, match=r"--decimal-mark '\.' or --decimal-mark ','"):
        decide_reading(file, Choices(), YES)


def test_separator_encoding_decimal_mark_and_language_are_found(tmp_path: Path) -> None:
    header = ("Datum", "Artikelnummer", "Größe", "Lager", "Menge")
    rows = [(day.strftime("%d.%m.%Y"), "Ä-1", "groß", "Köln", "8,5") for day in DAYS]
    file_reading = decide_reading(write(tmp_path / "absatz.csv", header, rows, ";", "windows-1252"), Choices(), YES)
    layout = layout_of(file_reading)
    assert (layout.separator, layout.encoding, layout.decimal_mark, layout.date_format) == (";", "windows-1252", ",", "%d.%m.%Y")
    assert layout.renames == {"Datum": "demand_date", "Artikelnummer": "sku_id", "Lager": "site_id", "Menge": "quantity"}


def test_a_file_of_days_and_values_is_one_series_named_after_it(tmp_path: Path) -> None:
    file = write(tmp_path / "nyc_taxi.csv", ("timestamp", "value"), [(f"{day} 08:30:00", 5) for day in DAYS])
    layout = layout_of(decide_reading(file, Choices(), YES))
    assert layout.constants == {"uom": "EA", "site_id": "MAIN", "sku_id": "nyc_taxi"}


def test_names_and_constants_that_the_caller_states_are_taken_as_they_are(tmp_path: Path) -> None:
    file = write(tmp_path / "x.csv", ("When", "What", "Much"), [(day, "A", 3) for day in DAYS])
    with pytest.raises(DataError, match="--map"):
        decide_reading(file, Choices(), YES)
    choices = Choices(renames={"When": "demand_date", "What": "sku_id", "Much": "quantity"}, constants={"site_id": "LEEDS"})
    layout = layout_of(decide_reading(file, choices, YES))
    assert (layout.renames, layout.constants) == (choices.renames, {"site_id": "LEEDS", "uom": "EA"})


def test_gzip_parquet_json_lines_and_files_without_header_are_read(tmp_path: Path) -> None:
    archive = tmp_path / "packed.csv.gz"
    archive.write_bytes(gzip.compress(write(tmp_path / "plain.csv", HEADER, sales()).read_bytes()))
    parquet = tmp_path / "m5.parquet"
    pq.write_table(pa.table({"unique_id": ["A"] * 30, "ds": pa.array(DAYS), "y": [1.5] * 30}), parquet)
    lines = tmp_path / "sales.jsonl"
    lines.write_text("\n".join(f'{{"day": "{day}", "item": "A", "units": 3}}' for day in DAYS), encoding="utf-8")
    headless = write(tmp_path / "plain.csv", (), [("A", "Leeds", f"{day}", "3.0") for day in DAYS])
    readings = [decide_reading(file, Choices(), YES) for file in (archive, parquet, lines)]
    assert {file_reading.dataset for file_reading in readings} == {"demand_history"}
    assert layout_of(readings[1]).renames == {"unique_id": "sku_id", "ds": "demand_date", "y": "quantity"}
    with pytest.raises(DataError, match="--map"):
        decide_reading(headless, Choices(), YES)


def test_the_table_of_units_and_skus_is_no_master_of_skus(tmp_path: Path) -> None:
    file = write(tmp_path / "x.csv", ("sku_id", "uom", "date", "qty", "shop"), [("A", "EA", day, 2, "S") for day in DAYS])
    assert decide_reading(file, Choices(), YES).dataset == "demand_history"


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("ERP Export 2026-11-28 (3).xlsx", "erp-export"),
        ("Größe.csv.gz", "grosse"),
        ("2026-11.csv", "file"),
        ("week 47 sales w47.jsonl", "week-sales"),
    ],
)
def test_the_source_is_the_name_of_the_file_without_dates_and_numbers(name: str, source: str) -> None:
    assert source_name(Path(name)) == source


@pytest.mark.parametrize(
    ("name", "content"), [("x.csv", ""), ("x.csv", "\n\n"), ("x.parquet", "no parquet"), ("x.txt", "a,b"), ("x.xlsx", "zip?")]
)
def test_what_cannot_be_read_is_an_error_that_names_the_file(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=name):
        decide_reading(tmp_path / name, Choices(), YES)


def test_a_file_of_single_sales_adds_up_the_rows_of_a_day_and_one_row_a_day_adds_nothing(tmp_path: Path) -> None:
    several = write(tmp_path / "sales.csv", HEADER, [*sales(), *sales()])
    assert layout_of(decide_reading(several, Choices(), YES)).adds_rows
    single = write(tmp_path / "demand.csv", HEADER, sales())
    assert not layout_of(decide_reading(single, Choices(), YES)).adds_rows


def test_a_record_that_is_too_long_ends_the_sample_and_not_the_upload(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text('sku_id,quantity\nA,1\nB,2\nC,"' + "x" * 3_000_000 + "\n", encoding="utf-8")
    sample = read_sample(path)
    assert (sample.names, [row[0] for row in sample.rows]) == (["sku_id", "quantity"], ["A", "B"])
    path.write_text('"' + "x" * 3_000_000, encoding="utf-8")
    with pytest.raises(DataError, match=r"sales\.csv cannot be read: its first line has a quote that is not closed"):
        read_sample(path)


def test_the_target_series_of_amazon_forecast_needs_no_mapping(tmp_path: Path) -> None:
    file = write(tmp_path / "target.csv", (), [("A", f"{day} 00:00:00", "3.0") for day in DAYS])
    assert decide_reading(file, Choices(), Conversation()) == FileReading("demand_history")


def test_a_workbook_with_a_title_and_a_sheet_of_notes_is_proposed_by_its_largest_sheet(tmp_path: Path) -> None:
    rows = [row("Sales of our shops"), row(*HEADER), *(row(day, sku, site, number(str(units))) for day, sku, site, units in sales())]
    (tmp_path / "sales.xlsx").write_bytes(workbook({"Notes": sheet(row("read me")), "Data": sheet(*rows)}))
    layout = layout_of(decide_reading(tmp_path / "sales.xlsx", Choices(), YES))
    assert layout.renames == {"Date": "demand_date", "SKU": "sku_id", "Warehouse": "site_id", "Qty Sold": "quantity"}
    assert layout.date_format == "%d/%m/%Y"


def test_a_file_without_articles_is_about_all_of_them_when_each_site_has_one_row_a_day(tmp_path: Path) -> None:
    header, rows = ("Store", "Date", "Sales", "Open"), [(store, day, 5, 1) for day in DAYS for store in (1, 2)]
    layout = layout_of(decide_reading(write(tmp_path / "stores.csv", header, rows), Choices(), YES))
    assert layout.constants == {"uom": "EA", "sku_id": "ALL"}
    with pytest.raises(DataError, match="for sku_id of demand_history"):
        decide_reading(write(tmp_path / "tickets.csv", header, [*rows, *rows]), Choices(), YES)


def test_of_two_names_for_the_article_and_the_quantity_the_number_and_the_units_are_taken(tmp_path: Path) -> None:
    header = ("order date (DateOrders)", "Product Name", "Product Card Id", "Sales", "Order Item Quantity", "Order Item Product Price")
    rows = [(f"{day.month}/{day.day}/{day.year} 22:56", "Watch", 1360, 327.75, 2, 163.9) for day in DAYS]
    layout = layout_of(decide_reading(write(tmp_path / "supply.csv", header, rows), Choices(), YES))
    assert layout.renames == {
        "Product Card Id": "sku_id",
        "order date (DateOrders)": "demand_date",
        "Order Item Quantity": "quantity",
        "Order Item Product Price": "price",
    }


def test_metadata_of_items_are_master_data_and_prices_lack_their_currency_only(tmp_path: Path) -> None:
    metadata = write(tmp_path / "items.csv", ("item_id", "category"), [("a", "shoes"), ("b", "hats")])
    file_reading = decide_reading(metadata, Choices(), YES)
    assert (file_reading.dataset, layout_of(file_reading).constants) == ("sku_master", {"uom": "EA"})
    price_file = write(tmp_path / "related.csv", ("item_id", "timestamp", "price"), [("a", day, 9.5) for day in DAYS])
    with pytest.raises(DataError, match="currency of prices"):
        decide_reading(price_file, Choices(), YES)
    assert decide_reading(price_file, Choices(constants={"currency": "EUR"}), YES).dataset == "prices"


def test_the_names_of_a_schema_read_related_series_and_metadata_without_a_header(tmp_path: Path) -> None:
    series = write(tmp_path / "related.csv", (), [("item_1", f"{day} 00:00:00", 9.5, 0) for day in DAYS])
    names = ("item_id", "timestamp", "price", "promo")
    file_reading = decide_reading(series, Choices(column_names=names, constants={"currency": "GBP"}), YES)
    layout = layout_of(file_reading)
    assert (file_reading.dataset, layout.column_names) == ("prices", ("item_id", "timestamp", "price", ""))
    assert layout.renames == {"item_id": "sku_id", "timestamp": "valid_from"}
    metadata = write(tmp_path / "metadata.csv", (), [("item_1", "shoes", "acme"), ("item_2", "hats", "acme")])
    file_reading = decide_reading(metadata, Choices(column_names=("item_id", "category", "brand")), YES)
    assert (file_reading.dataset, layout_of(file_reading).column_names) == ("sku_master", ("item_id", "category", ""))
    with pytest.raises(DataError, match="has 2 names, and the file has 3 columns"):
        decide_reading(metadata, Choices(column_names=("item_id", "category")), YES)


def test_a_file_of_the_contract_with_other_dates_or_numbers_is_dropped_with_the_option_that_reads_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = ("site_id", "sku_id", "demand_date", "quantity", "uom")
    file = write(tmp_path / "x.csv", header, [("S", "A", f"{day:%d/%m/%Y}", "8,00", "EA") for day in DAYS], separator=";")
    assert decide_reading(file, Choices(dataset="demand_history"), YES) == FileReading("demand_history")
    text = " ".join(capsys.readouterr().err.split())
    assert "dates such as '25/10/2026' are read with --date-format '%d/%m/%Y'" in text
    assert "numbers such as '8,00' are read with --decimal-mark ','" in text


def test_a_file_of_weeks_says_on_which_day_a_week_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [(1, 7, day, 100.5) for day in DAYS if day.weekday() == 4]
    decide_reading(write(tmp_path / "weeks.csv", ("Store", "Dept", "Date", "Weekly_Sales"), rows), Choices(), YES)
    assert "a row every 7 days counts on its own day" in " ".join(capsys.readouterr().err.replace("│", "").split())
