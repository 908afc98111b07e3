"""A list to export: its columns, and its rows page by page."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from runtime.models.exports.orders import ExportFile
from runtime.services.exports.columns import ListColumn

Row = Mapping[str, object]
Pages = Callable[[], Iterator[Sequence[Row]]]
BLOCK = 1024 * 1024


@dataclass(frozen=True)
class ExportTable:
    """One list. question: what it answers, in words. totals: the columns whose sum means something."""

    name: str
    question: str
    columns: tuple[ListColumn, ...]
    pages: Pages
    totals: tuple[str, ...] = ()


class ParquetWriter(Protocol):
    """Writes Parquet files."""

    def convert(self, rows: Path, columns: Sequence[ListColumn], target: Path) -> None:
        """Write the rows of a JSONL file, whose members are the names of the columns, as a Parquet file."""


def describe_file(path: Path, rows: int) -> ExportFile:
    """Return name, size and digest of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return ExportFile(path.name, rows, path.stat().st_size, digest.hexdigest())
