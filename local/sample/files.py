"""Files of a sample, and the result that the pipeline must have for each."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict


class RowCounts(TypedDict):
    """Rows of one data set."""

    rows_in: int
    curated: int
    quarantined: int
    duplicates: int
    codes: dict[str, int]


class ObjectResult(TypedDict):
    """Result of one file."""

    status: str
    reason_code: str | None


class ExpectedReport(TypedDict):
    """Counts by data set, results by key."""

    datasets: dict[str, RowCounts]
    objects: dict[str, ObjectResult]


@dataclass(frozen=True)
class SampleFile:
    """One file and its result: the object's status and reason code, and for an accepted one the counts of its rows."""

    path: Path
    key: str
    dataset: str | None
    status: str = "ACCEPTED"
    reason_code: str | None = None
    rows: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    """Quarantined rows by code."""
    duplicates: int = 0

    @property
    def curated_rows(self) -> int:
        """Rows that are neither quarantined nor duplicates."""
        return self.rows - self.codes.total() - self.duplicates


@dataclass(frozen=True)
class SampleFiles:
    """All files of one operator, in the order in which they must be dropped."""

    files: tuple[SampleFile, ...]

    def expected_report(self) -> ExpectedReport:
        """Return what the pipeline must report."""
        return {
            "datasets": {
                name: self._count_rows(name) for name in sorted({file.dataset for file in self._accepted_files() if file.dataset})
            },
            "objects": {file.key: {"status": file.status, "reason_code": file.reason_code} for file in self.files},
        }

    def _accepted_files(self) -> list[SampleFile]:
        return [file for file in self.files if file.status == "ACCEPTED"]

    def _count_rows(self, dataset: str) -> RowCounts:
        files = [file for file in self._accepted_files() if file.dataset == dataset]
        codes: Counter[str] = sum((file.codes for file in files), Counter())
        return {
            "rows_in": sum(file.rows for file in files),
            "curated": sum(file.curated_rows for file in files),
            "quarantined": codes.total(),
            "duplicates": sum(file.duplicates for file in files),
            "codes": dict(sorted(codes.items())),
        }
