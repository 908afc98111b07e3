"""Options of the commands that read files, and the choices that they make."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cli.mapping.choices import Choices
from local.errors import DataError
from runtime.services.ingestion.staging.layout import BLANK_CELLS

YesOption = Annotated[bool, typer.Option("--yes", help="Read a file with other columns as proposed, without a question.")]
MappingOption = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="Mapping that states how the files are read. Default: the one beside each file."),
]
ColumnsOption = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="'NAME=COLUMN'", help="A column of the file and the contract's column it is; repeatable."),
]
ConstantsOption = Annotated[
    list[str] | None,
    typer.Option("--constant", metavar="COLUMN=VALUE", help="A value for a column that the file does not have; repeatable."),
]
DateFormatOption = Annotated[str | None, typer.Option(help="Format of the dates, such as '%d/%m/%Y'.")]
DecimalMarkOption = Annotated[str | None, typer.Option(help="Decimal mark of the numbers: '.' or ','.")]
TimeZoneOption = Annotated[
    str | None, typer.Option(help="IANA time zone of times without an offset, such as Europe/Amsterdam. Default: that of the site.")
]
UnitsOption = Annotated[
    list[str] | None, typer.Option("--unit", metavar="NAME=CODE", help="A unit of the file and its code, such as ST=EA; repeatable.")
]
ColumnNamesOption = Annotated[
    str | None,
    typer.Option(metavar="NAME,NAME,...", help="Names of the columns of a file without a header, in their order."),
]
SheetsOption = Annotated[
    list[str] | None,
    typer.Option("--sheet", metavar="NAME", help="A sheet of a workbook; repeatable. Default: the visible ones with the same columns."),
]
BlankCellsOption = Annotated[
    str | None,
    typer.Option(metavar="unknown|zero", help="What a blank cell means where days or series are columns. Default: unknown."),
]


def make_choices(
    dataset: str | None = None,
    columns: Sequence[str] | None = None,
    constants: Sequence[str] | None = None,
    date_format: str | None = None,
    decimal_mark: str | None = None,
    column_names: str | None = None,
    sheets: Sequence[str] | None = None,
    blank_cells: str | None = None,
    time_zone: str | None = None,
    units: Sequence[str] | None = None,
) -> Choices:
    """Return what the options state. Raises DataError for an option without an equals sign, and for an unknown meaning of blank cells."""
    if blank_cells not in (None, *BLANK_CELLS):
        raise DataError(f"--blank-cells {blank_cells!r}: write {' or '.join(BLANK_CELLS)}")
    return Choices(
        dataset=dataset,
        renames=dict(_split("--map", option, from_end=True) for option in columns or ()),
        constants=dict(_split("--constant", option) for option in constants or ()),
        date_format=date_format,
        decimal_mark=decimal_mark,
        time_zone=time_zone,
        units=dict(_split("--unit", option) for option in units or ()),
        column_names=tuple(name.strip() for name in column_names.split(",")) if column_names else (),
        sheets=tuple(sheets or ()),
        blank_cells=blank_cells,
    )


def _split(option: str, text: str, *, from_end: bool = False) -> tuple[str, str]:
    """Split at the equals sign; the name of a file's column may have others, so that the last one counts there."""
    name, sign, value = text.rpartition("=") if from_end else text.partition("=")
    if not (sign and name.strip() and value.strip()):
        raise DataError(f"{option} {text!r}: write a name, an equals sign and a value, such as 'Qty Sold=quantity'")
    return name.strip(), value.strip()
