"""Files that grow chunk by chunk, with a share of their rows spoilt and the truth about those rows beside them."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import numpy as np
import pandas as pd

from contracts import datasets
from local.sample.lake.dirt import list_faults

TRUTH_COLUMNS = ("line", "column", "value", "code")
FIRST_LINE = 2
"""The line of a file's first row; the header is line 1."""


@dataclass
class SampleWriter:
    """One file of a data set, written chunk by chunk; `share` of its rows get one invalid value each."""

    dataset: str
    path: Path
    truth_path: Path
    rng: np.random.Generator
    share: float = 0.0
    rows: int = 0
    codes: Counter[str] = field(default_factory=Counter)

    def __enter__(self) -> SampleWriter:
        self._faults = list_faults(datasets.load(self.dataset))
        # Level 1, without a time stamp or name: fast, and the same bytes every time.
        self._raw = self.path.open("wb")
        self._zip = gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=self._raw, mtime=0)
        self._file = io.TextIOWrapper(self._zip, encoding="utf-8", newline="")
        self._truth_file = self.truth_path.open("w", encoding="utf-8", newline="")
        self._truth = csv.writer(self._truth_file, lineterminator="\n")
        self._truth.writerow(TRUTH_COLUMNS)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for file in (self._file, self._raw, self._truth_file):
            file.close()

    def write(self, chunk: pd.DataFrame) -> None:
        """Append rows, every column of which is text."""
        spoilt_rows = self._spoil(chunk) if self.share else chunk
        spoilt_rows.to_csv(self._file, index=False, header=self.rows == 0, lineterminator="\n")
        self.rows += len(chunk)

    def _spoil(self, chunk: pd.DataFrame) -> pd.DataFrame:
        faults = [fault for fault in self._faults if fault.column in chunk.columns]
        positions = np.flatnonzero(self.rng.random(len(chunk)) < self.share)
        choices = self.rng.integers(0, len(faults), len(positions))
        columns = {name: chunk[name].to_numpy(dtype=object, copy=True) for name in chunk.columns}
        for position, choice in zip(positions.tolist(), choices.tolist(), strict=True):
            fault = faults[choice]
            columns[fault.column][position] = fault.value
            self.codes[fault.code] += 1
            self._truth.writerow((FIRST_LINE + self.rows + position, fault.column, fault.value, fault.code))
        return pd.DataFrame(columns)


def text_frame(rows: Iterable[dict[str, str]]) -> pd.DataFrame:
    """Return rows of text as a frame."""
    return pd.DataFrame(list(rows), dtype=object)
