"""The gate between cleansing and forecasting, on the quality of the input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import cast
from uuid import UUID

from contracts.documents import QualityReportDocument, RunRecordsDocument
from contracts.paths import quality_key, quality_page_key, quality_report_key, run_records_key
from contracts.quality_codes import PARKED_CODES, SERIES_CODES
from runtime.errors import GateRefused, NotFound
from runtime.models.domain.documents import QualityDocument
from runtime.models.domain.findings import Finding, QualityLimits, Severity, rank
from runtime.models.domain.quality import QualityReport, Verdict
from runtime.models.domain.row_checks import BadRow
from runtime.models.domain.runs import Gate
from runtime.services.data_quality.changes import list_changes
from runtime.services.data_quality.feed_rules import UsualLateness, feed_findings
from runtime.services.data_quality.object_rules import object_findings
from runtime.services.data_quality.page import render_page
from runtime.services.data_quality.row_rules import row_findings
from runtime.services.data_quality.score import score
from runtime.services.object_ports import IngestedObjects, Lake
from runtime.services.ports import Clock, QualityReports, RunRepository
from runtime.services.runs.run_documents import read_document

EARLIER_REPORTS = 14
MOST_WARNINGS = 20
"""Warnings of a run about its input; the report lists every finding."""


@dataclass(frozen=True)
class Judgement:
    """The decision of the gate. `reasons` are the findings that keep it from PASS, the worst first.

    open_rows: quarantined rows of all files that nobody has mended or discarded, without those that wait for master data.
    """

    run_id: UUID
    verdict: Verdict
    quality: QualityDocument
    reasons: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    open_rows: int = 0

    def enforce(self) -> Judgement:
        """Raise GateRefused when the verdict is FAIL."""
        if self.verdict is Verdict.FAIL:
            advice = 'The quality report lists the quarantined rows. To continue anyway, start a run with {"gate": "warn"}.'
            raise GateRefused(f"{'; '.join(_texts(self.findings, Severity.FAIL))}. {advice}")
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
            "reasons": list(self.reasons[:MOST_WARNINGS]),
        }


@dataclass(frozen=True)
class QualityGate:
    """Judge the input of a run by file, site and data set, rejected files included, and store the report.

    A run fails only where publishing would be wrong; else the sites that are complete are published, and the others are named.
    """

    lake: Lake
    reports: QualityReports
    runs: RunRepository
    objects: IngestedObjects
    clock: Clock
    bad_row_share_limit: float
    limits: QualityLimits = field(default_factory=QualityLimits)

    def judge(self, run_id: UUID, gate: Gate) -> Judgement:
        """Judge the input and store the report with the verdict. Raises BrokenRun when the cleansing job left no readable report."""
        quality, payload = read_document(self.lake, quality_key(run_id), QualityDocument, run_id)
        self._store_records(run_id)
        findings = self._findings(quality)
        reasons = tuple(dict.fromkeys(_texts(findings, Severity.FAIL, Severity.WARN)))
        judgement = Judgement(run_id, _verdict(findings, gate), quality, reasons, findings, self._count_open_rows(quality))
        document = self._report(judgement)
        report = QualityReport(run_id, judgement.verdict, payload | document, self.clock.now())
        self.reports.save(report)
        self.lake.write_json(quality_report_key(run_id), dict(report.payload))
        self.lake.write_page(quality_page_key(run_id), render_page(report))
        if judgement.verdict is Verdict.WARN:
            self.runs.warn(run_id, _warnings(reasons))
        return judgement

    def _store_records(self, run_id: UUID) -> None:
        """Store a record of each row that the run quarantined for what other objects hold, so that it can be shown and discarded."""
        try:
            document = cast(RunRecordsDocument, self.lake.read_json(run_records_key(run_id)))
        except NotFound:
            return
        records: dict[UUID, list[BadRow]] = {}
        for row in document["rows"]:
            bad_row = BadRow(row["line"], row["code"], row["reason"], row["row"], None)
            records.setdefault(UUID(row["object_id"]), []).append(bad_row)
        self.objects.replace_run_records(records)

    def _count_open_rows(self, quality: QualityDocument) -> int:
        codes = SERIES_CODES - PARKED_CODES
        of_run = sum(rows for part in quality.datasets.values() for code, rows in part.codes.items() if code in codes)
        return self.objects.count_open_rows() + of_run

    def _findings(self, quality: QualityDocument) -> tuple[Finding, ...]:
        earlier = self.reports.list_days_behind(quality.run_id, EARLIER_REPORTS) if quality.feeds else {}
        usual = UsualLateness.of(quality.feeds, earlier)
        run = self.runs.get(quality.run_id)
        unusable_objects = self.objects.list_unusable(self.runs.find_previous_start(run.id), run.created_at)
        return rank(
            [
                *object_findings(unusable_objects),
                *row_findings(quality, self.bad_row_share_limit),
                *feed_findings(quality.feeds, usual, self.limits, self.bad_row_share_limit),
            ]
        )

    def _report(self, judgement: Judgement) -> QualityReportDocument:
        findings = [finding.as_document() for finding in judgement.findings]
        day = judgement.quality.as_of_date
        earlier = self.reports.find_before(day) if day else None
        return {
            "verdict": judgement.verdict.value,
            "score": score(judgement.quality),
            "findings": findings,
            "changes": list_changes(findings, earlier) if earlier else None,
            "limits": {"bad_row_share": self.bad_row_share_limit, **asdict(self.limits)},
        }


def _verdict(findings: Sequence[Finding], gate: Gate) -> Verdict:
    severities = {finding.severity for finding in findings}
    if Severity.FAIL in severities:
        return Verdict.FAIL if gate is Gate.ENFORCE else Verdict.WARN
    return Verdict.WARN if Severity.WARN in severities else Verdict.PASS


def _texts(findings: Sequence[Finding], *severities: Severity) -> list[str]:
    """Return the findings as sentences, those about all data sets without their subject."""
    return [each.sentence for each in findings if each.severity in severities]


def _warnings(reasons: Sequence[str]) -> tuple[str, ...]:
    more = len(reasons) - MOST_WARNINGS
    return (*reasons[:MOST_WARNINGS], *([f"{more:,} more findings are in the data-quality report."] if more > 0 else []))
