"""Match the columns of a file with those of the contract."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from contracts.bad_rows import ADDED_COLUMNS
from contracts.datasets import Contract
from runtime.services.ingestion.staging.rejection import ObjectRejected, ReasonCode

_MAX_NAMES = 40
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True)
class Header:
    """The columns of one file."""

    width: int
    """Fields that every record must have."""
    positions: dict[str, int]
    """Contract column -> its index in the file, in the contract's order; without absent optional columns."""
    extra: tuple[str, ...]
    """Columns that are not in the contract: ignored and reported."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings about an accepted file."""
        return (f"unknown columns were ignored: {_list_names(self.extra)}",) if self.extra else ()


def match_header(names: Sequence[str], contract: Contract) -> Header:
    """Find the contract's columns among names: upper and lower case and surrounding spaces do not matter.

    Raises ObjectRejected: UNREADABLE when a name is repeated, MISSING_COLUMNS listing every required column that is absent.
    """
    tidy = [name.strip().casefold() for name in names]
    _refuse_repeated_names(tidy)
    positions = {column.name: tidy.index(column.name) for column in contract.columns if column.name in tidy}
    missing = [column.name for column in contract.columns if column.required_column and column.name not in positions]
    if missing:
        raise ObjectRejected(ReasonCode.MISSING_COLUMNS, _missing(missing, names, contract))
    extra = tuple(
        name.strip() for name, plain in zip(names, tidy, strict=True) if plain and plain not in positions and plain not in ADDED_COLUMNS
    )
    return Header(len(names), positions, extra)


def _refuse_repeated_names(tidy: list[str]) -> None:
    repeated_names = [name for name, times in Counter(tidy).items() if name and times > 1]
    if repeated_names:
        columns = [str(index + 1) for index, name in enumerate(tidy) if name == repeated_names[0]]
        reason = f"the header names {repeated_names[0][:60]!r} more than once (columns {', '.join(columns)}); keep one of them"
        raise ObjectRejected(ReasonCode.UNREADABLE, reason)


def _missing(missing: list[str], names: Sequence[str], contract: Contract) -> str:
    reason = f"{contract.dataset} requires {_list_names(missing)}; the header has {_list_names(names)}"
    other = next((word for mark, word in _SEPARATORS.items() if len(names) == 1 and mark in names[0]), None)
    return f"{reason}; its separators are {other}: use commas" if other else reason


def _list_names(names: Sequence[str]) -> str:
    text = ", ".join(name.strip()[:60].replace("\0", "␀") or '""' for name in names[:_MAX_NAMES])
    return f"{text} and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else text
