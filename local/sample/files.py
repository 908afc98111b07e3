"""The files of a sample, and what the pipeline should make of them."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class SampleFile:
    """One file and its fate: the object's status and reason_code, and (accepted) what becomes of its rows."""

    path: Path
    key: str
    dataset: str | None
    status: str = "ACCEPTED"
    reason_code: str | None = None
    rows: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    """Rows in quarantine by code."""
    duplicates: int = 0

    @property
    def curated(self) -> int:
        """Rows that are neither in quarantine nor duplicates."""
        return self.rows - self.codes.total() - self.duplicates


@dataclass(frozen=True)
class SampleFiles:
    """Everything written for one operator, in the order in which it should land."""

    files: tuple[SampleFile, ...]

    def expected(self) -> dict[str, Any]:
        """What the pipeline should report: per data set the counts of rows, and per file its status."""
        return {
            "datasets": {name: self._counts(name) for name in sorted({file.dataset for file in self._accepted() if file.dataset})},
            "objects": {file.key: {"status": file.status, "reason_code": file.reason_code} for file in self.files},
        }

    def _accepted(self) -> list[SampleFile]:
        return [file for file in self.files if file.status == "ACCEPTED"]

    def _counts(self, dataset: str) -> dict[str, Any]:
        files = [file for file in self._accepted() if file.dataset == dataset]
        codes: Counter[str] = sum((file.codes for file in files), Counter())
        return {
            "rows_in": sum(file.rows for file in files),
            "curated": sum(file.curated for file in files),
            "quarantined": codes.total(),
            "duplicates": sum(file.duplicates for file in files),
            "codes": dict(sorted(codes.items())),
        }
