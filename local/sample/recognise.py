"""Which data set a file on this machine belongs to, told from its columns."""

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import duckdb

import contracts
from local import state
from local.errors import DataError
from local.sample import online_retail

_ENDINGS = (".csv", ".csv.gz", ".parquet")
_LONGEST_HEADER = 1024 * 1024


@dataclass(frozen=True)
class Recognised:
    """The file to drop (the given one, or what an adapter made of it) and its data set."""

    path: Path
    dataset: str


def recognise(path: Path, workspace: Path | None = None) -> Recognised:
    """Tell the data set of a contract file (CSV, CSV.gz, Parquet), or adapt the raw Online Retail data set.

    An adapter writes into workspace (the state folder when not given). Raises DataError saying what the columns are and what they
    would have to be.
    """
    columns = _columns(path)
    if online_retail.is_online_retail(columns):
        folder = workspace or state.home() / "adapted"
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / "online_retail.orders.parquet"
        online_retail.adapt(path, target)
        return Recognised(target, "orders")
    return Recognised(path, _dataset(path, columns))


def _dataset(path: Path, columns: list[str]) -> str:
    """Return the data set whose required columns are all there; of several, the one with the most."""
    found = {column.strip().removeprefix("\ufeff").casefold() for column in columns}
    required = {name: {column.name for column in contracts.load(name).columns if column.required_column} for name in contracts.names()}
    fitting = [name for name, needed in required.items() if needed <= found]
    if fitting:
        return max(fitting, key=lambda name: len(required[name]))
    nearest = min(required, key=lambda name: len(required[name] - found))
    missing = ", ".join(sorted(required[nearest] - found))
    raise DataError(
        f"{path.name} fits no data set: nearest is {nearest}, which also needs {missing}; the file has {', '.join(columns)[:500]}. "
        f"Data sets: {', '.join(contracts.names())}. Name one with --dataset to drop the file as it is."
    )


def _columns(path: Path) -> list[str]:
    name = path.name.casefold()
    if not name.endswith(_ENDINGS):
        raise DataError(f"{path.name} does not end in {', '.join(_ENDINGS)}")
    try:
        return _parquet_columns(path) if name.endswith(".parquet") else _csv_columns(path)
    except (OSError, EOFError, UnicodeDecodeError, csv.Error, duckdb.Error) as error:
        raise DataError(f"the columns of {path.name} cannot be read: {error}") from None


def _parquet_columns(path: Path) -> list[str]:
    with duckdb.connect() as database:
        return database.read_parquet(str(path)).columns


def _csv_columns(path: Path) -> list[str]:
    packed = path.name.casefold().endswith(".gz")
    with gzip.open(path, "rb") if packed else path.open("rb") as file:
        header = file.readline(_LONGEST_HEADER).decode("utf-8-sig")
    return next(csv.reader([header]), [])
