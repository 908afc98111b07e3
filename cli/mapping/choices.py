"""What the caller of a command has decided about how a file is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Choices:
    """What the caller has decided already; everything else is proposed."""

    dataset: str | None = None
    renames: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    date_format: str | None = None
    decimal_mark: str | None = None
    time_zone: str | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    column_names: tuple[str, ...] = ()
    """Of a file without a header, in the order of its columns."""
    sheets: tuple[str, ...] = ()
    """Of a workbook, those that are read; empty: the visible ones with the same columns."""
    blank_cells: str | None = None
    """What a blank cell means, where days or series are columns."""
