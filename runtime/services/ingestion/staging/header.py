"""Match the columns of a file with those of the contract."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from contracts.bad_rows import ADDED_COLUMNS
from contracts.datasets import Contract
from runtime.services.ingestion.days import parse_day
from runtime.services.ingestion.staging.layout import SEPARATORS, FileLayout
from runtime.services.ingestion.staging.rejection import ObjectRejected, ReasonCode

_MAX_NAMES = 40
_IGNORED_MARKS = frozenset("-_.")


@dataclass(frozen=True)
class Header:
    """The columns of one file."""

    names: tuple[str, ...]
    """As in the file."""
    positions: dict[str, int]
    """Contract column -> its index in the file, in the contract's order; without absent optional columns."""
    extra: tuple[str, ...]
    """Columns that are not in the contract: ignored and reported."""
    date_positions: tuple[int, ...] = ()
    """Where the parts of the date are, in the order of the layout."""
    cell_names: Mapping[int, str] = field(default_factory=dict)
    """Index of each column whose cells are quantities -> what its name means: a day as YYYY-MM-DD, a SKU or a site."""

    @property
    def width(self) -> int:
        """Fields of a record."""
        return len(self.names)

    @property
    def named_width(self) -> int:
        """Fields of a record without the columns at the end that have no name."""
        return max((index for index, name in enumerate(self.names, 1) if name.strip()), default=0)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings about an accepted file."""
        return (f"unknown columns were ignored: {list_names(self.extra)}",) if self.extra else ()


def plain_name(name: str) -> str:
    """Return a column's name without what people write differently: case, spaces of any kind, invisible characters, - _ and dots."""
    kept_characters = (
        character
        for character in unicodedata.normalize("NFKC", name).casefold()
        if character not in _IGNORED_MARKS and unicodedata.category(character)[0] not in "CZ"
    )
    return "".join(kept_characters)


def match_header(names: Sequence[str], contract: Contract, layout: FileLayout) -> Header:
    """Find the contract's columns among names: "Site ID", "site-id" and "siteId" are site_id, and a rename of the layout is what it says.

    Raises ObjectRejected: UNREADABLE when two names mean the same column, MISSING_COLUMNS listing every required column that is absent.
    """
    columns = {plain_name(column.name): column.name for column in contract.columns}
    columns |= {plain_name(name): column for name, column in layout.renames.items()}
    date_positions = _date_positions(names, layout)
    days = _day_names(names, contract, layout)
    targets = [None if index in {*date_positions, *days} else columns.get(plain_name(name)) or None for index, name in enumerate(names)]
    _refuse_repeated_columns(names, targets)
    positions = {column.name: targets.index(column.name) for column in contract.columns if column.name in targets}
    cell_names = days or _series_names(names, targets, date_positions, contract, layout)
    stated_columns = {*positions, *layout.constants, layout.sheet_column, *([contract.business_date] if date_positions else [])}
    stated_columns |= {layout.header_column, quantity_column(contract)} if cell_names else set()
    missing = [column.name for column in contract.columns if column.required_column and column.name not in stated_columns]
    if missing:
        raise ObjectRejected(ReasonCode.MISSING_COLUMNS, describe_missing(missing, names, contract))
    ignored_names = {"", *map(plain_name, ADDED_COLUMNS)}
    extra = tuple(
        name.strip()
        for index, (name, target) in enumerate(zip(names, targets, strict=True))
        if target is None and plain_name(name) not in ignored_names and index not in {*date_positions, *cell_names}
    )
    return Header(tuple(names), positions, extra, date_positions, cell_names)


def quantity_column(contract: Contract) -> str | None:
    """Return the column with the quantity of a row, for the data sets in which a header may name days or series."""
    if not contract.carries_demand:
        return None
    names = (column.name for column in contract.columns if column.unit_column and not column.nullable and column.minimum == 0)
    return next(names, None)


def _date_positions(names: Sequence[str], layout: FileLayout) -> tuple[int, ...]:
    """Return where the parts of the date are; none when one of them is missing, so that the date is."""
    plain_names = [plain_name(name) for name in names]
    wanted_names = [plain_name(name) for name in layout.date_columns]
    return tuple(map(plain_names.index, wanted_names)) if set(wanted_names) <= set(plain_names) else ()


def _day_names(names: Sequence[str], contract: Contract, layout: FileLayout) -> dict[int, str]:
    """Return the index of each column that is named by a day -> the day."""
    if layout.header_column is None or layout.header_column != contract.business_date:
        return {}
    days = {index: parse_day(name, layout.date_format or "%Y-%m-%d") for index, name in enumerate(names)}
    found_days = {index: day.isoformat() for index, day in days.items() if day}
    repeated_days = sorted(day for day in set(found_days.values()) if list(found_days.values()).count(day) > 1)
    if repeated_days:
        raise ObjectRejected(ReasonCode.UNREADABLE, f"the header has more than one column for {repeated_days[0]}; keep one of them")
    return found_days


def _series_names(
    names: Sequence[str], targets: Sequence[str | None], date_positions: Sequence[int], contract: Contract, layout: FileLayout
) -> dict[int, str]:
    """Return the index of each column that is named by a SKU or a site -> its name: all columns that the layout says nothing about."""
    if layout.header_column is None or layout.header_column == contract.business_date:
        return {}
    other_names = {"", *map(plain_name, ADDED_COLUMNS), *map(plain_name, layout.renames)}
    return {
        index: name.strip()
        for index, (name, target) in enumerate(zip(names, targets, strict=True))
        if target is None and index not in date_positions and plain_name(name) not in other_names
    }


def _refuse_repeated_columns(names: Sequence[str], targets: Sequence[str | None]) -> None:
    for column in filter(None, targets):
        if targets.count(column) > 1:
            places = [f"{names[index].strip()[:60]!r} (column {index + 1})" for index, target in enumerate(targets) if target == column]
            reason = f"the header names {column!r} more than once: {' and '.join(places)}; keep one of them"
            raise ObjectRejected(ReasonCode.UNREADABLE, reason)


def describe_missing(missing: Sequence[str], names: Sequence[str], contract: Contract) -> str:
    """State which required columns are missing and which ones the file has."""
    reason = f"{contract.dataset} requires {list_names(missing)}; the header has {list_names(names)}"
    other = next((word for mark, word in SEPARATORS.items() if len(names) == 1 and mark in names[0]), None)
    return f"{reason}; its columns are separated by {other}, and with them the names do not match either" if other else reason


def list_names(names: Sequence[str]) -> str:
    """Join names for a message, shortened and without NUL bytes."""
    text = ", ".join(name.strip()[:60].replace("\0", "␀") or '""' for name in names[:_MAX_NAMES]) or "no columns"
    return f"{text} and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else text
