"""The part of the data-quality page about what changed since the report before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from contracts.documents import FindingDocument, QualityChangesDocument
from runtime.services.data_quality.page_tables import cell, more, table

MOST_CHANGES = 50
NEW, ENDED = "new", "ended"


def render_changes(changes: QualityChangesDocument | None, score: Mapping[str, float | None]) -> Iterator[str]:
    """Yield the findings that are new or have ended, each the worst first, and how the score changed; nothing without an earlier report."""
    if not changes:
        return
    yield f"<h2>Since the data to {escape(changes['as_of_date'])}</h2>"
    yield f'<p class="soft">{escape(_sum_up(changes, score))}</p>'
    entries = [(NEW, each) for each in changes["new_findings"]] + [(ENDED, each) for each in changes["ended_findings"]]
    if entries:
        header = ("", "Where", "What")
        yield table(header, (_cells(kind, finding) for kind, finding in entries[:MOST_CHANGES]))
        yield more(len(entries), MOST_CHANGES, "changes")


def _sum_up(changes: QualityChangesDocument, score: Mapping[str, float | None]) -> str:
    counts = f"{len(changes['new_findings']):,} new, {len(changes['ended_findings']):,} ended, {changes['same_findings']:,} as before"
    before, after = changes["score"], score.get("total")
    points = f"; score {before:.1f}, now {after:.1f}" if before is not None and after is not None else ""
    return f"Findings: {counts}{points}; verdict {changes['verdict']} then"


def _cells(kind: str, finding: FindingDocument) -> list[str]:
    severity = finding["severity"] if kind == NEW else "PASS"
    return [
        cell(kind.upper(), kind=f"state {severity}"),
        cell(finding["subject"], label="Where:"),
        cell(finding["text"]),
    ]
