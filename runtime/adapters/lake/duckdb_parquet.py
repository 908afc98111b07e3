"""What a Parquet file has: its columns by their position, whatever they are called, and how much it holds."""

# ruff: noqa: S608 - the SQL is put together from positions and from a quoted path, never from a file's content

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from contracts.datasets import Contract
from runtime.adapters.lake.duckdb_text import MILLISECONDS, MILLISECONDS_UTC, TEXT_TYPES, literal, warning_about
from runtime.services.ingestion.staging.lines import Limits
from runtime.services.ingestion.staging.rejection import ObjectRejected, ReasonCode

_LOCAL_FAULTS = ("No space left", "could not create")
_FAULTS = (
    ("Invalid string encoding", ReasonCode.ENCODING, "a text in it is not UTF-8; write its texts as UTF-8"),
    ("UTF8", ReasonCode.ENCODING, "a text in it is not UTF-8; write its texts as UTF-8"),
    ("at least one non-root column", ReasonCode.UNREADABLE, "it has no columns; write it with the columns of the contract"),
)


_UNSTORABLE_TIME = "Could not convert Timestamp"


class UnstorableTime(ObjectRejected):
    """A timestamp of the file lies outside all years that DuckDB can store, so that it reads none of the file."""

    def __init__(self) -> None:
        reason = "the Parquet file cannot be read: a timestamp in it lies outside all years that can be stored; correct the value"
        super().__init__(ReasonCode.UNREADABLE, f"{reason}, and upload it again")


@dataclass(frozen=True)
class ParquetColumn:
    """One column: its position as a name that no file can have chosen, and the DuckDB type it is stored as."""

    position: int
    stored_type: str

    @property
    def alias(self) -> str:
        """Name in the queries of this module; our own names never meet those of the file."""
        return f"k{self.position}"

    @property
    def is_text(self) -> bool:
        """Whether the column is stored as text."""
        return self.stored_type in TEXT_TYPES

    @property
    def is_nested(self) -> bool:
        """Whether a value of the column is a list, a map or a struct."""
        return self.stored_type.endswith("]") or self.stored_type.startswith(("STRUCT", "MAP", "UNION", "VARIANT"))


@dataclass(frozen=True)
class ParquetFile:
    """One Parquet file, opened by a database."""

    database: duckdb.DuckDBPyConnection
    path: Path
    milliseconds: Mapping[int, bool] = field(default_factory=dict)
    """Columns that are stored as numbers of milliseconds in place of timestamps (parquet_footer), and whether they are in UTC."""

    def column_names(self) -> list[str]:
        """Return the names of the columns in their order."""
        with rejecting_unreadable_files():
            schema = self.database.execute("SELECT name, coalesce(num_children, 0) FROM parquet_schema(?)", [str(self.path)]).fetchall()
        return _top_level([(str(name), int(children)) for name, children in schema])

    def relation(self) -> str:
        """Return the SQL that names the file as a table with its columns k0, k1 ..."""
        aliases = ", ".join(f"k{position}" for position in range(len(self.column_names())))
        return f"{_read(self.path)} AS file_columns({aliases})"

    def match_columns(self, positions: Mapping[str, int]) -> dict[str, ParquetColumn]:
        """Return contract column -> column of the file."""
        with rejecting_unreadable_files():
            types = [str(column[1]) for column in self.database.execute(f"DESCRIBE SELECT * FROM {self.relation()}").fetchall()]
        for position, is_utc in self.milliseconds.items():
            types[position] = MILLISECONDS_UTC if is_utc else MILLISECONDS
        return {name: ParquetColumn(index, types[index]) for name, index in positions.items()}

    def check_size(self, columns: Mapping[str, ParquetColumn], limits: Limits) -> None:
        """Refuse a file with more rows or more text than limits; a text that occurs a million times is stored once, but read as often.

        Raises ObjectRejected (TOO_LARGE, UNREADABLE).
        """
        texts = [f"coalesce(sum(strlen({column.alias})), 0)" for column in columns.values() if column.stored_type == "VARCHAR"]
        with rejecting_unreadable_files():
            (rows,) = self.database.execute("SELECT num_rows FROM parquet_file_metadata(?)", [str(self.path)]).fetchone() or (0,)
            if rows > limits.max_lines:
                reason = f"the file has {rows:,} rows, the limit is {limits.max_lines:,}; split it into several files"
                raise ObjectRejected(ReasonCode.TOO_LARGE, reason)
            (size,) = self.database.execute(f"SELECT {' + '.join(texts) or '0'} FROM {self.relation()}").fetchone() or (0,)
        if size > limits.max_bytes:
            reason = f"the texts of the file have {size:,} bytes, the limit is {limits.max_bytes:,}; split it into several files"
            raise ObjectRejected(ReasonCode.TOO_LARGE, reason)


def without_nested_columns(columns: Mapping[str, ParquetColumn], contract: Contract) -> dict[str, ParquetColumn]:
    """Return the columns with plain values.

    Raises ObjectRejected (UNREADABLE) when a required one is nested.
    """
    for name, column in columns.items():
        if column.is_nested and contract.column(name).required_column:
            reason = f"{name} is stored as a nested column ({column.stored_type[:60]}); store one plain value in each row"
            raise ObjectRejected(ReasonCode.UNREADABLE, reason)
    return {name: column for name, column in columns.items() if not column.is_nested}


def list_warnings(columns: Mapping[str, ParquetColumn], contract: Contract) -> tuple[str, ...]:
    """Return the warnings about the types in which columns are stored."""
    about_nesting = (f"{name} is stored as a nested column and was ignored" for name, column in columns.items() if column.is_nested)
    # Only what happens at a site counts on a day there.
    dates = {contract.business_date} if contract.site else set()
    about_types = (
        warning_about(name, column.stored_type, contract.column(name).type, is_business_date=name in dates)
        for name, column in columns.items()
    )
    return (*about_nesting, *filter(None, about_types))


@contextmanager
def rejecting_unreadable_files() -> Iterator[None]:
    """Raise ObjectRejected for DuckDB's errors about the file; a full disk or a wrong statement passes unchanged."""
    try:
        yield
    except duckdb.OutOfMemoryException:
        reason = "reading the Parquet file needs too much memory; write it with smaller row groups and without values of megabytes"
        raise ObjectRejected(ReasonCode.TOO_LARGE, reason) from None
    except duckdb.Error as error:
        words = re.sub(r"(in |of )?file ['\"][^'\"]*['\"]", "the file", str(error), flags=re.IGNORECASE).splitlines()[0][:300]
        if _UNSTORABLE_TIME in words:
            raise UnstorableTime from None
        for fault, code, reason in _FAULTS:
            if fault in words:
                raise ObjectRejected(code, f"the Parquet file cannot be read: {reason}, and upload it again") from None
        is_statement_fault = isinstance(error, duckdb.BinderException | duckdb.CatalogException | duckdb.ParserException)
        if is_statement_fault or any(fault in words for fault in _LOCAL_FAULTS):
            raise
        reason = f"the Parquet file is damaged or truncated ({words}); write it again and upload the complete file"
        raise ObjectRejected(ReasonCode.UNREADABLE, reason) from None


def _read(path: Path) -> str:
    """Read a Parquet file; text that some writers leave unmarked is text too."""
    return f"read_parquet({literal(str(path))}, binary_as_string=true, hive_partitioning=false)"


def _top_level(schema: list[tuple[str, int]]) -> list[str]:
    """Return the columns of the flattened schema tree: the root, then its children with their own children in between."""
    names: list[str] = []
    inner = 0
    for name, children in schema[1:]:
        if inner == 0:
            names.append(name)
            inner = 1
        inner += children - 1
    return names
