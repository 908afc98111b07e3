"""The commands of `signify datasets`, and `signify explain-code`."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.console import CliError, out
from cli.datasets.odcs import odcs_document, to_yaml
from contracts import datasets
from contracts.datasets import Contract
from contracts.datasets.examples import example_row
from contracts.quality_codes import PARKED_CODES, QuarantineCode, WarningCode

datasets_app = typer.Typer(no_args_is_help=True, help="Data sets: their columns and rules, and their contracts in the form of ODCS.")
Name = Annotated[str, typer.Argument(help="Name of the data set, e.g. orders.")]
CODES: dict[str, QuarantineCode | WarningCode] = {code.value: code for codes in (QuarantineCode, WarningCode) for code in codes}


@datasets_app.command("list")
def list_datasets() -> None:
    """List the data sets with what each is for."""
    table = Table("data set", "carries demand", "description")
    for name in datasets.list_names():
        contract = datasets.load(name)
        table.add_row(name, "yes" if contract.carries_demand else "", contract.description)
    out.print(table)


@datasets_app.command()
def example(name: Name) -> None:
    """Print a file of the data set with one valid row, to start from."""
    row = example_row(load_contract(name), optional=True)
    out.print(f"{','.join(row)}\n{','.join(row.values())}", markup=False)


@datasets_app.command()
def export(
    names: Annotated[list[str] | None, typer.Argument(help="Names of data sets. Default: all.")] = None,
    folder: Annotated[Path, typer.Option(help="Folder for the files.")] = Path("data-contracts"),
) -> None:
    """Write contracts as files of the Open Data Contract Standard, version 3.1."""
    contracts = [load_contract(name) for name in names or datasets.list_names()]
    folder.mkdir(parents=True, exist_ok=True)
    for contract in contracts:
        path = folder / f"{contract.dataset}.odcs.yaml"
        path.write_text(to_yaml(odcs_document(contract)), encoding="utf-8")
        out.print(str(path))


def explain_code(code: Annotated[str, typer.Argument(help="Code of a quarantined row or of a warning, e.g. UNKNOWN_SKU.")]) -> None:
    """Explain a code of the data quality reports: its cause, and the way to fix it."""
    name = code.strip().upper().replace("-", "_")
    if name not in CODES:
        nearest = difflib.get_close_matches(name, CODES, n=3)
        hint = f"did you mean {' or '.join(nearest)}?" if nearest else f"the codes are {', '.join(CODES)}"
        raise CliError(f"{code!r} is not a code of a data quality report; {hint}")
    entry = CODES[name]
    kind = "warning: the row is used" if isinstance(entry, WarningCode) else "parked" if entry in PARKED_CODES else "quarantined"
    out.print(f"[bold]{entry.value}[/] ({kind})\n{escape(entry.cause)}\nFix: {escape(entry.fix)}")


def load_contract(name: str) -> Contract:
    """Return the contract of a data set. Raises CliError with the names that exist."""
    try:
        return datasets.load(name)
    except datasets.UnknownDataset:
        raise CliError(f"there is no data set {name!r}; the data sets are {', '.join(datasets.list_names())}") from None
