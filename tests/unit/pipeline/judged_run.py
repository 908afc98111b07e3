"""A run in one process from files to insights: the services and adapters of the platform on a simulated S3, repositories in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from typing_extensions import override

from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from runtime.adapters.lake.forecast_frames import LakeForecastFrames
from runtime.adapters.lake.lake_curated_rows import LakeCuratedRows
from runtime.adapters.lake.reference_data import LakeReferenceData
from runtime.adapters.lake.run_evidence import LakeRunEvidence
from runtime.models.domain.insights import StoredInsight
from runtime.models.domain.kpis import Basis, RunAccuracy
from runtime.models.domain.runs import RunEnd, RunStatus
from runtime.services.anomalies.anomaly_detection import AnomalyDetection
from runtime.services.insights.facts_reading import FactsReading
from runtime.services.insights.insight_building import InsightBuilding
from runtime.services.insights.outcomes import Outcomes
from runtime.services.insights.ports import AccuracyDocument, MeasuredFigures, RowSelection
from runtime.services.insights.source_reading import SourceReading
from runtime.services.kpis.kpi_calculation import KpiCalculation
from runtime.services.logistics.input_rows import InputReading
from runtime.services.logistics.logistics_calculation import LogisticsCalculation
from runtime.services.ports import AnomalyTable
from runtime.services.read_ports import AccuracyReads
from runtime.services.runs.manifests import Manifests
from tests.fakes.insights import InMemoryInsights
from tests.fakes.kpis import InMemoryKpis
from tests.pipeline import BUCKET, Pipeline, RunOutcome


@dataclass(frozen=True)
class SourceObject:
    """One version of an object, as an insight names it."""

    key: str
    version_id: str
    sha256: str


class NoTable(AnomalyTable):
    """Nobody queries the groups."""

    @override
    def write(self, run_id: UUID, rows: Sequence[Mapping[str, object]]) -> None: ...


class LastAccuracy(AccuracyReads):
    """The accuracy that the run itself computed."""

    def __init__(self, kpis: InMemoryKpis) -> None:
        self._kpis = kpis

    @override
    def latest(self, run_id: UUID) -> RunAccuracy | None:
        return next((each for each in self._kpis.accuracies.values() if each.run_id == run_id), None)

    @override
    def find_newest_run(self, basis: Basis) -> UUID | None:
        return next((each.run_id for each in self._kpis.accuracies.values() if each.basis is basis), None)


class OutcomeFigures(MeasuredFigures):
    """The forecast of a run, and its back-test."""

    def __init__(self, outcome: RunOutcome, kpis: InMemoryKpis) -> None:
        self._outcome, self._kpis = outcome, kpis

    @override
    def accuracy_documents(self, run_id: UUID) -> list[AccuracyDocument]:
        return [AccuracyDocument(run_id, each.basis, 0, each.report.as_dict()) for each in self._kpis.accuracies.values()]

    @override
    def planned_units(self, selection: RowSelection) -> float | None:
        rows = [row for row in self._outcome.forecasts if selection.first_day <= row["forecast_date"] <= selection.last_day]
        rows = [row for row in rows if not selection.site_ids or row["site_id"] in selection.site_ids]
        rows = [row for row in rows if not selection.sku_ids or row["sku_id"] in selection.sku_ids]
        return sum(float(row["mean_value"] or row["predicted_value"]) for row in rows) if rows else None


def judge_run(pipeline: Pipeline, as_of: date) -> list[StoredInsight]:
    """Run everything that was dropped, through to its insights, and return them."""
    outcome = pipeline.run(as_of)
    assert outcome.failure is None, outcome.failure
    runs, lake, clock = pipeline.runs, pipeline._lake, pipeline.clock
    [run_id] = runs.by_id
    runs.finish(run_id, RunEnd(RunStatus.SUCCEEDED, is_measured=False), clock.now())
    runs.point_readers_at(run_id, clock.now())
    frames, kpis, evidence, insights = LakeForecastFrames(lake), InMemoryKpis(), LakeRunEvidence(lake), InMemoryInsights()
    AnomalyDetection(runs=runs, frames=frames, lake=lake, table=NoTable(), reference=LakeReferenceData(lake)).detect(run_id)
    KpiCalculation(runs=runs, frames=frames, kpis=kpis, engine=ForecastAccuracyEngine(), reference=LakeReferenceData(lake)).calculate(
        run_id
    )
    LogisticsCalculation(
        runs=runs,
        inputs=InputReading(LakeCuratedRows(lake), lake),
        frames=frames,
        accuracies=LastAccuracy(kpis),
        lake=lake,
        kpis=kpis,
    ).calculate(run_id)
    facts = FactsReading(
        runs=runs,
        reports=pipeline.reports,
        objects=pipeline.objects,
        kpis=kpis,
        figures=OutcomeFigures(outcome, kpis),
        evidence=evidence,
        lake=lake,
    )
    result = InsightBuilding(
        runs=runs,
        facts=facts,
        sources=SourceReading(Manifests(lake, runs), evidence),
        insights=insights,
        lake=lake,
        clock=clock,
        outcomes=Outcomes(insights, evidence, clock),
    ).build(run_id)
    assert (result.faults, Basis.BACKTEST) == ((), Basis.BACKTEST)
    return sorted(insights.by_id.values(), key=lambda each: each.fingerprint)


def read_sources(pipeline: Pipeline, insights: Iterable[StoredInsight]) -> dict[SourceObject, bytes]:
    """Return the bytes of every object version that the insights name as a source, after a check of their digests."""
    contents = {}
    for insight in insights:
        entries: Any = insight.content.explanation["data_sources"]
        for entry in entries:
            source = SourceObject(entry["object"], entry["version_id"], entry["sha256"])
            body = pipeline._s3.get_object(Bucket=BUCKET, Key=source.key, VersionId=source.version_id)["Body"].read()
            assert hashlib.sha256(body).hexdigest() == source.sha256
            contents[source] = body
    return contents


def drop_sources(pipeline: Pipeline, contents: Mapping[SourceObject, bytes], folder: Path) -> None:
    """Land these contents under their keys, in the order of the keys."""
    for source, body in sorted(contents.items(), key=lambda each: each[0].key):
        path = folder / source.key.rpartition("/")[2]
        path.write_bytes(body)
        pipeline._receive(path, source.key)
