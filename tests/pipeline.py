"""The data path in one process: files in, statuses, quality report, demand and forecasts out.

The services and jobs are those of the platform, on a simulated S3 and on repositories in memory; nothing is deployed, so one file takes a
second or two. From the command line: `python -m tests.pipeline FILE ... --as-of 2026-11-28`.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from uuid import UUID

import boto3
import pyarrow.parquet as pq
from moto import mock_aws

from cli.data import prepare_drop
from cli.mapping.choices import Choices
from cli.mapping.reading import Conversation
from contracts.paths import forecast_key, quality_key, replay_key
from contracts.tables import DAILY_DEMAND, EXCLUDED, FORECASTS, Table
from glue_jobs import lake_io
from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from runtime.adapters.lake.anomaly_table import LakeAnomalyTable
from runtime.adapters.lake.forecast_frames import LakeForecastFrames
from runtime.adapters.lake.lake_curated_rows import LakeCuratedRows
from runtime.adapters.lake.reference_data import LakeReferenceData
from runtime.adapters.lake.s3_lake import S3Lake
from runtime.models.domain.kpis import KpiMetric
from runtime.models.domain.objects import IngestedObject, LandedObject
from runtime.models.domain.runs import Execution, Gate
from runtime.services.anomalies.anomaly_detection import AnomalyDetection
from runtime.services.kpis.kpi_calculation import KpiCalculation
from runtime.services.logistics.cost_baseline import CostBaseline
from runtime.services.logistics.input_rows import InputReading
from runtime.services.logistics.logistics_calculation import LogisticsCalculation
from runtime.services.runs.manifests import Manifests
from runtime.services.runs.quality_gate import Judgement, QualityGate
from runtime.services.runs.run_resolution import RunResolution
from tests.fakes.clock import FixedClock
from tests.fakes.ingestion import make_ingestion
from tests.fakes.jobs import InMemoryJobs
from tests.fakes.kpis import InMemoryKpis
from tests.fakes.objects import InMemoryObjects
from tests.fakes.quality import InMemoryQualityReports
from tests.fakes.reads import InMemoryAccuracyReads
from tests.fakes.runs import InMemoryRuns

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "lake"
BAD_ROW_SHARE_LIMIT = 0.05


@dataclass(frozen=True)
class RunOutcome:
    """What one run made of the accepted objects. `forecast` is forecast.json; without it, the run ended early with `failure`."""

    judgement: Judgement | None
    quality: dict[str, Any]
    demand: list[dict[str, Any]] = field(default_factory=list)
    forecasts: list[dict[str, Any]] = field(default_factory=list)
    excluded: list[dict[str, Any]] = field(default_factory=list)
    forecast: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    failure: str | None = None
    run_id: UUID | None = None

    def total(self, sku: str | None = None, site: str | None = None) -> float:
        """Return the sum of the median forecasts, of one SKU or site or of all."""
        return sum(
            float(row["predicted_value"])
            for row in self.forecasts
            if (sku is None or row["sku_id"] == sku) and (site is None or row["site_id"] == site)
        )


@dataclass(frozen=True)
class Measures:
    """What was measured of a run: the reports of anomalies and of accuracy, and the stored values."""

    anomalies: dict[str, Any]
    accuracies: list[dict[str, Any]]
    values: list[KpiMetric]


class Pipeline:
    """A lake that receives files, and runs over it. Enter `simulated_lake` first."""

    def __init__(self, s3: S3Client, now: datetime) -> None:
        self._s3 = s3
        self._lake = S3Lake(s3, BUCKET)
        self.clock = FixedClock(now)
        self.objects, self.jobs = InMemoryObjects(), InMemoryJobs()
        self.runs = InMemoryRuns(jobs=self.jobs)
        self.reports = InMemoryQualityReports()

    def drop(
        self, path: Path, dataset: str | None = None, name: str | None = None, units: Mapping[str, str] | None = None
    ) -> IngestedObject:
        """Upload one file as `./signify drop --yes` does, with `--unit` for each of `units`, receive it, and return its record."""
        upload = prepare_drop(path, Choices(dataset=dataset, units=units or {}), Conversation(accepts_all=True))
        key = str(PurePosixPath(upload.key).with_name(name)) if name else upload.key
        if upload.mapping and upload.mapping_key:
            self._s3.put_object(Bucket=BUCKET, Key=upload.mapping_key, Body=upload.mapping.read_bytes())
        return self._receive(upload.path, key)

    def replay(self, path: Path, original: IngestedObject) -> IngestedObject:
        """Upload mended rows of an object as `./signify quarantine replay` does, receive them, and return the record of the replay."""
        return self._receive(path, replay_key(original.dataset or "", self.clock.now().date(), path.name, original.id))

    def _receive(self, source: Path, key: str) -> IngestedObject:
        version = self._s3.put_object(Bucket=BUCKET, Key=key, Body=source.read_bytes())["VersionId"]
        self.clock.advance(seconds=1)
        ingestion = make_ingestion(self._lake, self.objects, self.clock)
        record = ingestion.receive(LandedObject(BUCKET, key, version, source.stat().st_size))
        ingestion.supersede_earlier(record)
        return record

    def run(self, as_of: date | None = None, gate: Gate = Gate.WARN, horizon_days: int = 28) -> RunOutcome:
        """Run all accepted objects from the manifest to the forecast; an error of the platform is the outcome's `failure`."""
        number = len(self.runs.by_id) + 1
        execution = Execution(f"run-{number}", f"arn:aws:states:eu-central-1:123456789012:execution:run:run-{number}", self.clock.now())
        resolution = RunResolution(
            objects=self.objects,
            runs=self.runs,
            jobs=self.jobs,
            manifests=Manifests(self._lake, self.runs),
            clock=self.clock,
            code_version="test",
        )
        raw_input = {"gate": gate.value, "horizon_days": horizon_days} | ({"as_of_date": as_of.isoformat()} if as_of else {})
        run_id = resolution.resolve(raw_input, execution).run.id
        quality: dict[str, Any] = {}
        judgement = None
        try:
            self._start("data_cleansing", str(run_id))
            quality = lake_io.read_json(BUCKET, quality_key(str(run_id)))
            quality_gate = QualityGate(self._lake, self.reports, self.runs, self.objects, self.clock, BAD_ROW_SHARE_LIMIT)
            judgement = quality_gate.judge(run_id, gate)
            self._start("feature_engineering", str(run_id))
            self._start("demand_forecast", str(run_id))
        except Exception as error:  # noqa: BLE001 - whatever ends a run early is its outcome
            return RunOutcome(judgement, quality, warnings=self.runs.get(run_id).warnings, failure=f"{type(error).__name__}: {error}")
        forecast = lake_io.read_json(BUCKET, forecast_key(str(run_id)))
        demand, forecasts, excluded = (self._rows(table, str(run_id)) for table in (DAILY_DEMAND, FORECASTS, EXCLUDED))
        warnings = (*self.runs.get(run_id).warnings, *forecast["warnings"])
        return RunOutcome(judgement, quality, demand, forecasts, excluded, forecast, warnings, run_id=run_id)

    def measure(self, run_id: UUID) -> Measures:
        """Return what the states after publishing measure of a run."""
        frames, reference, kpis = LakeForecastFrames(self._lake), LakeReferenceData(self._lake), InMemoryKpis()
        detection = AnomalyDetection(
            runs=self.runs, frames=frames, lake=self._lake, table=LakeAnomalyTable(self._lake), reference=reference
        )
        anomalies = detection.detect(run_id).report.as_dict()
        calculation = KpiCalculation(runs=self.runs, frames=frames, kpis=kpis, engine=ForecastAccuracyEngine(), reference=reference)
        accuracies = calculation.calculate(run_id).accuracies
        reads = InMemoryAccuracyReads()
        reads.by_run = {accuracy.run_id: accuracy for accuracy in accuracies}
        LogisticsCalculation(
            runs=self.runs,
            inputs=InputReading(LakeCuratedRows(self._lake), self._lake),
            frames=frames,
            accuracies=reads,
            lake=self._lake,
            kpis=kpis,
            cost_baseline=CostBaseline(1.85, "EUR"),
        ).calculate(run_id)
        return Measures(anomalies, [accuracy.report.as_dict() for accuracy in accuracies], list(kpis.metrics.values()))

    def _start(self, job: str, run_id: str) -> None:
        # The jobs are imported once the engine has taken pyspark's name.
        import_module(f"glue_jobs.{job}").main(["--lake_bucket", BUCKET, "--run_id", run_id])

    def _rows(self, table: Table, run_id: str) -> list[dict[str, Any]]:
        keys = [key for key in lake_io.keys_under(BUCKET, table.run_prefix(run_id)) if key.endswith(".parquet")]
        return [row for key in keys for row in pq.read_table(io.BytesIO(lake_io.read_bytes(BUCKET, key))).to_pylist()]


@contextlib.contextmanager
def simulated_lake(now: datetime) -> Iterator[Pipeline]:
    """Yield a pipeline on an empty, versioned bucket; the jobs' engine must have been substituted before (local.spark)."""
    settings = {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    earlier_settings = {name: os.environ.get(name) for name in (*settings, "AWS_ENDPOINT_URL")}
    os.environ.update(settings)
    os.environ.pop("AWS_ENDPOINT_URL", None)
    lake_io._s3.cache_clear()
    try:
        with mock_aws():
            s3 = boto3.client("s3")
            s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
            s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
            yield Pipeline(s3, now)
    finally:
        lake_io._s3.cache_clear()
        for name, value in earlier_settings.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


def morning_after(day: date) -> datetime:
    """Return half past four in the morning (UTC) of the day after, when a daily run would start."""
    return datetime.combine(day + timedelta(days=1), time(4, 30), UTC)


def main(argv: Sequence[str] | None = None) -> None:
    """Print what becomes of files: their statuses, the quality report and the forecast."""
    from local.spark import substitute_pyspark

    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 11, 28))
    parser.add_argument("--dataset", default=None)
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        substitute_pyspark(Path(folder))
        with simulated_lake(morning_after(arguments.as_of)) as pipeline:
            for path in arguments.files:
                try:
                    record = pipeline.drop(path, arguments.dataset)
                except Exception as error:  # noqa: BLE001 - shown, and the next file is tried
                    print(f"{path.name}: NOT DROPPED {type(error).__name__}: {error}")
                    continue
                print(f"{path.name}: {record.status} rows={record.rows} {record.reason_code or ''} {record.reason or ''} {record.warnings}")
            if pipeline.objects.list_accepted():
                _print_outcome(pipeline.run(arguments.as_of))


def _print_outcome(outcome: RunOutcome) -> None:
    print(f"gate: {outcome.judgement and outcome.judgement.verdict} {outcome.judgement and outcome.judgement.reasons}")
    for name, part in outcome.quality.get("datasets", {}).items():
        counts = {key: part[key] for key in ("rows_in", "curated", "quarantined", "duplicates")}
        print(f"{name}: {counts} codes={part['codes']} warnings={part['warnings']}")
        for sample in part["samples"][:6]:
            print(f"   line {sample['line']} {sample['code']}: {sample['reason']}")
    print(f"warnings: {outcome.warnings}")
    print(f"failure: {outcome.failure}")
    for site, sku in sorted({(row["site_id"], row["sku_id"]) for row in outcome.forecasts})[:20]:
        print(f"   {site} {sku!r}: {outcome.total(sku, site):.1f}")
    for row in outcome.excluded[:20]:
        print(f"   excluded: {row}")


if __name__ == "__main__":
    main()
