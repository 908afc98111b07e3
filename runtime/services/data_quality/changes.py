"""What changed between two data-quality reports."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast

from contracts.documents import FindingDocument, QualityChangesDocument
from runtime.models.domain.findings import Severity
from runtime.models.domain.quality import QualityReport

DIGITS = re.compile(r"\d+")


def list_changes(findings: Sequence[FindingDocument], earlier: QualityReport) -> QualityChangesDocument:
    """Return the findings that are new and those that have ended since an earlier report, without those that need no action.

    A finding is the same when subject and action are, apart from the days and numbers in it.
    """
    before = _by_identity(cast(Sequence[FindingDocument], earlier.payload.get("findings", ())))
    after = _by_identity(findings)
    score = cast(Mapping[str, float | None], earlier.payload.get("score", {}))
    return {
        "run_id": str(earlier.run_id),
        "as_of_date": str(earlier.payload["as_of_date"]),
        "verdict": earlier.verdict.value,
        "score": score.get("total"),
        "new_findings": [finding for identity, finding in after.items() if identity not in before],
        "ended_findings": [finding for identity, finding in before.items() if identity not in after],
        "same_findings": len(after.keys() & before.keys()),
    }


def _by_identity(findings: Sequence[FindingDocument]) -> dict[tuple[str, str], FindingDocument]:
    result: dict[tuple[str, str], FindingDocument] = {}
    for finding in findings:
        if finding["severity"] != Severity.INFO:
            result.setdefault((finding["subject"], DIGITS.sub("#", finding["action"])), finding)
    return result
