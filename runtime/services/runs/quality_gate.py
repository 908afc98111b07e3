"""The gate between cleansing and forecasting, on the quality of the input."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from contracts.paths import quality_key
from contracts.quality_codes import WarningCode
from runtime.errors import GateRefused
from runtime.models.domain.documents import QualityDocument
from runtime.models.domain.quality import QualityReport, Verdict
from runtime.models.domain.runs import Gate
from runtime.services.ports import Clock, Lake, QualityReports, RunRepository
from runtime.services.runs.run_documents import read_document


@dataclass(frozen=True)
class Judgement:
    """The decision of the gate. `reasons` is empty for PASS."""

    run_id: UUID
    verdict: Verdict
    quality: QualityDocument
    reasons: tuple[str, ...]

    def enforce(self) -> Judgement:
        """Raise GateRefused when the verdict is FAIL."""
        if self.verdict is Verdict.FAIL:
            advice = 'The quality report lists the quarantined rows. To continue anyway, start a run with {"gate": "warn"}.'
            raise GateRefused(f"{'; '.join(self.reasons)}. {advice}")
        return self

    def to_state_output(self) -> dict[str, object]:
        """Return the output of the state."""
        return {
            "verdict": self.verdict.value,
            "bad_row_share": self.quality.bad_row_share,
            "rows_in": self.quality.rows_in,
            "curated": self.quality.curated,
            "quarantined": self.quality.quarantined,
            "duplicates": self.quality.duplicates,
            "reasons": list(self.reasons),
        }


DOUBTFUL = (WarningCode.REPEATED, WarningCode.RUINED_IDENTIFIER)
"""Warnings with which a run cannot pass without a warning: rows may be missing, or items merged."""


@dataclass(frozen=True)
class QualityGate:
    """Judge the input of a run and store the report."""

    lake: Lake
    reports: QualityReports
    runs: RunRepository
    clock: Clock
    bad_row_share_limit: float

    def judge(self, run_id: UUID, gate: Gate) -> Judgement:
        """Judge the input and store the report with the verdict. Raises BrokenRun when the cleansing job left no readable report."""
        quality, payload = read_document(self.lake, quality_key(run_id), QualityDocument, run_id)
        reasons = tuple(self._reasons(quality))
        doubts = tuple(_list_doubts(quality))
        judgement = Judgement(run_id, _verdict(reasons, doubts, gate), quality, (*reasons, *doubts))
        self.reports.save(QualityReport(run_id, judgement.verdict, payload, self.clock.now()))
        if judgement.verdict is Verdict.WARN:
            self.runs.warn(run_id, judgement.reasons)
        return judgement

    def _reasons(self, quality: QualityDocument) -> list[str]:
        counts_by_name = [("all data sets", quality), *quality.datasets.items()]
        reasons = [f"{name}: {counts.sum_up()}" for name, counts in counts_by_name if not counts.is_reconciled]
        if quality.bad_row_share > self.bad_row_share_limit:
            reasons.append(
                f"{quality.quarantined} of {quality.rows_in} rows ({quality.bad_row_share:.1%}) are quarantined, "
                f"more than the limit of {self.bad_row_share_limit:.1%}"
            )
        return reasons


def _list_doubts(quality: QualityDocument) -> Iterator[str]:
    """Yield what is doubtful about rows that are used: worth a warning, but no reason to stop."""
    for name, part in quality.datasets.items():
        for warning, rows in part.warnings.items():
            code = next((code for code in DOUBTFUL if warning.startswith(code.lower())), None)
            if code is not None:
                yield f"{name}: {rows:,} of {part.rows_in:,} rows, {code}: {code.cause} {code.fix}"


def _verdict(reasons: tuple[str, ...], doubts: tuple[str, ...], gate: Gate) -> Verdict:
    if not reasons:
        return Verdict.WARN if doubts else Verdict.PASS
    return Verdict.FAIL if gate is Gate.ENFORCE else Verdict.WARN
