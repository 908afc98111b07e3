"""Matching what a file calls its columns with what the contract calls them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from contracts import Contract
from runtime.services.ingestion.staging.rejection import ObjectRejected, ReasonCode

_SHOWN = 40
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True)
class Header:
    """The columns of one file."""

    width: int
    """Fields that every record must have."""
    positions: dict[str, int]
    """Contract column -> its place in the file, in the contract's order; absent optional columns are left out."""
    extra: tuple[str, ...]
    """Columns the contract does not know: ignored and reported."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the sender should know although the file is accepted."""
        return (f"unknown columns were ignored: {_listed(self.extra)}",) if self.extra else ()


def match_header(names: Sequence[str], contract: Contract) -> Header:
    """Find the contract's columns among names: upper and lower case and surrounding spaces do not matter.

    Raises ObjectRejected: UNREADABLE when a name stands twice, MISSING_COLUMNS listing every required column that is absent.
    """
    tidy = [name.strip().casefold() for name in names]
    _refuse_twins(tidy)
    known = {column.name: tidy.index(column.name) for column in contract.columns if column.name in tidy}
    missing = [column.name for column in contract.columns if column.required_column and column.name not in known]
    if missing:
        raise ObjectRejected(ReasonCode.MISSING_COLUMNS, _missing(missing, names, contract))
    extra = tuple(name.strip() for name, plain in zip(names, tidy, strict=True) if plain and plain not in known)
    return Header(len(names), known, extra)


def _refuse_twins(tidy: list[str]) -> None:
    twins = [name for name, times in Counter(tidy).items() if name and times > 1]
    if twins:
        places = [str(index + 1) for index, name in enumerate(tidy) if name == twins[0]]
        reason = f"the header names {twins[0][:60]!r} more than once (columns {', '.join(places)}); keep one of them"
        raise ObjectRejected(ReasonCode.UNREADABLE, reason)


def _missing(missing: list[str], names: Sequence[str], contract: Contract) -> str:
    reason = f"{contract.dataset} requires {_listed(missing)}; the header has {_listed(names)}"
    other = next((word for mark, word in _SEPARATORS.items() if len(names) == 1 and mark in names[0]), None)
    return f"{reason}; its separators are {other}: use commas" if other else reason


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name.strip()[:60].replace("\0", "␀") or '""' for name in names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown
