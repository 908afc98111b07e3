"""Recognition of a local file's data set by its columns."""

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import duckdb

from contracts import datasets
from contracts.datasets import Contract
from local import state
from local.errors import DataError
from local.sample import online_retail

_ENDINGS = (".csv", ".csv.gz", ".parquet")
_MAX_HEADER_BYTES = 1024 * 1024


@dataclass(frozen=True)
class DatasetFile:
    """The file to drop (the original, or the result of an adapter) and its data set."""

    path: Path
    dataset: str


def recognise(path: Path, workspace: Path | None = None) -> DatasetFile:
    """Recognise the data set of a contract file (CSV, CSV.gz, Parquet), or convert the raw Online Retail data set.

    An adapter writes into `workspace` (default: the state folder). Raises DataError with the file's columns and the missing ones.
    """
    columns = _read_columns(path)
    if online_retail.is_online_retail(columns):
        folder = workspace or state.home() / "adapted"
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / "online_retail.orders.parquet"
        online_retail.adapt(path, target)
        return DatasetFile(target, "orders")
    return DatasetFile(path, _find_dataset(path, columns))


def _find_dataset(path: Path, columns: list[str]) -> str:
    """Return the data set with which the file shares the most columns, if the file has all columns that it requires."""
    names = {column.strip().removeprefix("\ufeff").casefold() for column in columns}
    contracts = [datasets.load(name) for name in datasets.list_names()]
    nearest = max(contracts, key=lambda contract: _rank(contract, names))
    missing = ", ".join(_list_missing(nearest, names))
    if not missing:
        return nearest.dataset
    raise DataError(
        f"{path.name} matches no data set. The nearest is {nearest.dataset}, which also needs {missing}; "
        f"the file has {', '.join(columns)[:500]}. "
        f"Data sets: {', '.join(datasets.list_names())}. To drop the file as it is, name one with --dataset."
    )


def _rank(contract: Contract, names: set[str]) -> tuple[int, bool, int, bool]:
    """Rank a data set by the columns that it shares with the file; the file of another one may have all that a short one requires."""
    shared_columns = sum(column.name in names for column in contract.columns)
    missing = len(_list_missing(contract, names))
    return shared_columns, not missing, -missing, contract.carries_demand


def _list_missing(contract: Contract, names: set[str]) -> list[str]:
    return sorted(column.name for column in contract.columns if column.required_column and column.name not in names)


def _read_columns(path: Path) -> list[str]:
    name = path.name.casefold()
    if not name.endswith(_ENDINGS):
        raise DataError(f"{path.name} is not a supported file: its name must end in {', '.join(_ENDINGS)}")
    try:
        return _read_parquet_columns(path) if name.endswith(".parquet") else _read_csv_columns(path)
    except (OSError, EOFError, UnicodeDecodeError, csv.Error, duckdb.Error) as error:
        raise DataError(f"the columns of {path.name} cannot be read: {error}") from None


def _read_parquet_columns(path: Path) -> list[str]:
    with duckdb.connect() as database:
        return database.read_parquet(str(path)).columns


def _read_csv_columns(path: Path) -> list[str]:
    is_compressed = path.name.casefold().endswith(".gz")
    with gzip.open(path, "rb") if is_compressed else path.open("rb") as file:
        header = file.readline(_MAX_HEADER_BYTES).decode("utf-8-sig")
    return next(csv.reader([header]), [])
