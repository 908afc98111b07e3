"""Certain corrections in the form of the file that they are for: dropped with its mapping, they are the values that were meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.drops.bad_rows import write_bad_rows
from cli.drops.file_check import check_file
from contracts import datasets
from runtime.services.ingestion.staging.layout import FileLayout

HISTORY = datasets.load("demand_history")
KEY = "landing/demand_history/v1/a.csv"
GERMAN = FileLayout(
    separator=";",
    encoding="windows-1252",
    decimal_mark=",",
    date_format="%d.%m.%Y",
    renames={"Artikel": "sku_id", "Datum": "demand_date", "Menge": "quantity", "Preis": "price", "ME": "uom"},
    constants={"site_id": "DE1"},
    units={"ST": "EA"},
)
HEADER = "Artikel;Datum;Menge;Preis;ME"
GOOD_LINE = "Grün;01.11.2026;2,5;1,25;ST"


def fix(folder: Path, lines: list[str], layout: FileLayout = GERMAN) -> list[str]:
    """The corrected lines of a file, without line, code and reason, which its mapping must read without a fault."""
    source = folder / "a.csv"
    source.write_text("\n".join([HEADER, GOOD_LINE, *lines]) + "\n", encoding="cp1252")
    bad_rows = [row for row in check_file(source, HISTORY, KEY, layout).bad_rows if row.suggested_values]
    path = write_bad_rows(source, bad_rows, HISTORY, folder, is_fix=True, layout=layout)
    assert check_file(path, HISTORY, KEY, layout).bad_rows == ()
    header, *fixed_lines = path.read_text(encoding="cp1252").splitlines()
    assert header == f"{HEADER};signify_line;signify_code;signify_reason"
    return [";".join(line.split(";")[:5]) for line in fixed_lines]


@pytest.mark.parametrize(
    ("line", "fixed_line"),
    [
        ("A;31/10/2026;8,5;1.250,00;ST", "A;31.10.2026;8,5;1.250,00;ST"),
        ("A;2026-10-31;1.250;;ST", None),
        ("A;31-10-2026;0,125;0,5;EA", "A;31.10.2026;0,125;0,5;EA"),
        ("Größe;31/10/2026;1.250,125;;ST", "Größe;31.10.2026;1.250,125;;ST"),
    ],
)
def test_a_correction_leaves_the_numbers_of_a_file_with_decimal_commas_as_they_are(
    tmp_path: Path, line: str, fixed_line: str | None
) -> None:
    assert fix(tmp_path, [line]) == ([] if fixed_line is None else [fixed_line])


def test_a_corrected_number_has_the_decimal_mark_of_the_file(tmp_path: Path) -> None:
    assert fix(tmp_path, ["A;30.10.2026;1,250,000.5;;ST"]) == ["A;30.10.2026;1250000,5;;ST"]


def test_a_corrected_number_has_the_sign_of_the_file(tmp_path: Path) -> None:
    layout = FileLayout(separator=";", inverts_sign=True, renames=dict(GERMAN.renames), constants={"site_id": "DE1"}, units={"ST": "EA"})
    source = tmp_path / "a.csv"
    source.write_text(f"{HEADER}\nA;2026-11-01;-2.5;;ST\nB;31/10/2026;1,250,000.5-;;ST\nC;31/10/2026;-7;;ST\n")
    bad_rows = check_file(source, HISTORY, KEY, layout).bad_rows
    path = write_bad_rows(source, bad_rows, HISTORY, tmp_path, is_fix=True, layout=layout)
    assert [line.split(";")[:3] for line in path.read_text(encoding="utf-8-sig").splitlines()[1:]] == [
        ["B", "2026-10-31", "-1250000.5"],
        ["C", "2026-10-31", "-7"],
    ]
    assert check_file(path, HISTORY, KEY, layout).bad_rows == ()
