"""Glue job `data_cleansing`: read the staged rows of a run's objects, write curated and quarantined rows and quality.json.

Arguments: --lake_bucket, --run_id. Fails with RowsLost when a single row is unaccounted for.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F  # noqa: N812

from contracts import datasets
from contracts.datasets import Contract
from contracts.documents import DatasetQualityDocument, QuarantineSample
from contracts.paths import Zone, quality_key, run_prefix, run_records_key
from contracts.quality_codes import SERIES_CODES
from glue_jobs import lake_io
from glue_jobs.arguments import JobRun, StagedObject, job_run
from glue_jobs.feeds import assess_feeds
from glue_jobs.master_data import MasterData, find_conversions
from glue_jobs.quality_warnings import list_warnings
from glue_jobs.reconciliation import dataset_report, quality_report, reconcile, with_unplaced_rows
from glue_jobs.spark import session
from glue_jobs.transforms.ambiguity import find_ambiguous_objects
from glue_jobs.transforms.cleansing import cleanse
from glue_jobs.transforms.repeats import settle_repeats
from glue_jobs.transforms.replays import drop_lines, replace_rows
from glue_jobs.transforms.validation import add_verdict
from glue_jobs.transforms.zones import SITE_MASTER, add_site_zones

SAMPLES_PER_CODE = 5
RECORDS_OF_OBJECT = 5_000
RECORDS_OF_RUN = 20_000
"""Rows that depend on other objects and have a record each: those of one object, and of all."""


def main(argv: Sequence[str]) -> None:
    """Cleanse every data set of one run."""
    run = job_run(argv)
    spark = session("data_cleansing")
    reports = _cleanse_all(spark, run)
    feeds = assess_feeds(spark, run, reports)
    report = quality_report(run, with_unplaced_rows(reports, feeds.unplaced_rows), feeds.documents, feeds.unknown_series_days)
    lake_io.write_json(run.bucket, run_records_key(run.run_id), {"run_id": run.run_id, "rows": _list_records(spark, run, reports)})
    lake_io.write_json(run.bucket, quality_key(run.run_id), report)
    _log(f"every one of {report['rows_in']:,} rows accounted for")


def _cleanse_all(spark: SparkSession, run: JobRun) -> dict[str, DatasetQualityDocument]:
    """Cleanse every data set that has objects, master data first, and return the parts of the report."""
    names = [name for name in datasets.list_names() if run.of_dataset(name)]
    # A data set without rows costs nothing; the jobs after this one read those that carry demand.
    full = [name for name in names if datasets.load(name).carries_demand or any(item.rows for item in run.of_dataset(name))]
    providers = [name for name in full if name in datasets.list_providers()]
    verdicts = {name: _validate(spark, run, datasets.load(name), None) for name in providers}
    empty = {name: dataset_report(reconcile(run.of_dataset(name), {}, {}, {}), {}, [], []) for name in names if name not in full}
    reports = empty | {name: _cleanse(spark, run, datasets.load(name), verdicts[name], MasterData()) for name in providers}
    masters = {name: spark.read.parquet(_curated_path(run, name)) for name in providers if reports[name]["curated"]}
    others = [name for name in full if name not in providers]
    verdicts |= {name: _validate(spark, run, datasets.load(name), masters.get(SITE_MASTER)) for name in others}
    master_data = MasterData(masters, find_conversions(verdicts, masters))
    return reports | {name: _cleanse(spark, run, datasets.load(name), verdicts[name], master_data) for name in others}


def _validate(spark: SparkSession, run: JobRun, contract: Contract, sites: DataFrame | None) -> DataFrame:
    """Return the staged rows of one data set with their verdicts; sites: the rows of site_master, for times without an offset."""
    objects = run.of_dataset(contract.dataset)
    _log(f"{contract.dataset}: {sum(o.rows for o in objects):,} rows in {len(objects)} objects")
    staged_rows = _read_staged_rows(spark, run, objects)
    rows = add_site_zones(staged_rows, contract, sites)
    # Validation is most of the work: its result is written once instead of being computed again for each of the parts.
    path = _run_path(run, Zone.SCRATCH, f"verdicts_{contract.dataset}", contract)
    return _materialise(spark, add_verdict(rows, contract, run.today, find_ambiguous_objects(staged_rows, contract)), path)


def _read_staged_rows(spark: SparkSession, run: JobRun, objects: Sequence[StagedObject]) -> DataFrame:
    """Return the staged rows of objects: mended ones in the places of others, and without those that were discarded."""
    # A replay of a file that was rejected stands for itself: it has no rows to replace.
    paths = [run.path(item.staging_key) for item in objects if item.staging_key not in item.replays]
    rows = spark.read.parquet(*paths) if paths else None
    mended_rows = {item.object_id: spark.read.parquet(*map(run.path, item.replays)) for item in objects if item.replays}
    lines = {item.object_id: item.discarded_lines for item in objects if item.discarded_lines}
    return drop_lines(replace_rows(rows, mended_rows), lines)


def _cleanse(spark: SparkSession, run: JobRun, contract: Contract, verdicts: DataFrame, master_data: MasterData) -> DatasetQualityDocument:
    """Write the curated and quarantined rows of one data set, and return its part of the report."""
    objects = run.of_dataset(contract.dataset)
    arrival = spark.createDataFrame([(o.object_id, order) for order, o in enumerate(objects)], ["source_object", "received_order"])
    if master_data.is_needed(contract):
        path = _run_path(run, Zone.SCRATCH, f"reviewed_{contract.dataset}", contract)
        verdicts = _materialise(spark, master_data.review(verdicts, contract), path)
    row_outcomes = settle_repeats(verdicts.where(F.col("code").isNull()), arrival, contract)
    repeats = _materialise(spark, row_outcomes, _run_path(run, Zone.SCRATCH, f"repeats_{contract.dataset}", contract))
    parts = cleanse(verdicts, repeats, contract)
    curated_rows = _materialise(spark, master_data.convert(parts.curated_rows, contract), _curated_path(run, contract.dataset))
    quarantined_rows = _materialise(spark, parts.quarantined_rows, _run_path(run, Zone.QUARANTINE, contract.dataset, contract))
    codes = _count_codes(quarantined_rows)
    quarantined = {object_id: sum(of_object.values()) for object_id, of_object in codes.items()}
    counts = reconcile(objects, _count_per_object(curated_rows), quarantined, _count_per_object(parts.duplicates))
    warnings = list_warnings(verdicts, repeats, objects, contract)
    report = dataset_report(counts, codes, warnings, _samples(quarantined_rows, objects, contract) if codes else [])
    _log(f"{contract.dataset}: {report['curated']:,} curated, {report['quarantined']:,} quarantined, {report['duplicates']:,} duplicates")
    return report


def _curated_path(run: JobRun, dataset: str) -> str:
    return _run_path(run, Zone.CURATED, dataset, datasets.load(dataset))


def _run_path(run: JobRun, zone: Zone, dataset: str, contract: Contract) -> str:
    return run.path(run_prefix(zone, dataset, run.run_id, contract.version))


def _materialise(spark: SparkSession, rows: DataFrame, path: str) -> DataFrame:
    """Write rows and read them back, so that what is counted is what was written."""
    rows.write.mode("overwrite").parquet(path)
    return spark.read.parquet(path)


def _count_per_object(rows: DataFrame) -> dict[str, int]:
    counts = rows.groupBy("source_object").agg(F.count(F.lit(1)).alias("n")).collect()
    return {row["source_object"]: int(row["n"]) for row in counts}


def _count_codes(quarantined_rows: DataFrame) -> dict[str, dict[str, int]]:
    """Return the quarantined rows of every object by code."""
    codes: dict[str, dict[str, int]] = {}
    for row in quarantined_rows.groupBy("source_object", "code").agg(F.count(F.lit(1)).alias("n")).collect():
        codes.setdefault(row["source_object"], {})[row["code"]] = int(row["n"])
    return codes


def _samples(quarantined_rows: DataFrame, objects: Sequence[StagedObject], contract: Contract) -> list[QuarantineSample]:
    """Return the first few rows of every code, with the place they come from and their text."""
    within = Window.partitionBy("code").orderBy("source_object", "source_line")
    first = quarantined_rows.withColumn("rank", F.row_number().over(within)).where(F.col("rank") <= F.lit(SAMPLES_PER_CODE))
    return sorted(_read_samples(first, objects, contract), key=lambda row: (row["code"], row["object_id"], row["line"]))


def _list_records(spark: SparkSession, run: JobRun, reports: Mapping[str, DatasetQualityDocument]) -> list[QuarantineSample]:
    """Return the first rows of every object whose code depends on other objects."""
    codes = sorted(code.value for code in SERIES_CODES)
    records: list[QuarantineSample] = []
    for name in sorted(name for name, report in reports.items() if SERIES_CODES.intersection(report["codes"])):
        contract = datasets.load(name)
        rows = spark.read.parquet(_run_path(run, Zone.QUARANTINE, name, contract)).where(F.col("code").isin(*codes))
        within = Window.partitionBy("source_object").orderBy("source_line")
        first = rows.withColumn("rank", F.row_number().over(within)).where(F.col("rank") <= F.lit(RECORDS_OF_OBJECT))
        part = first.orderBy("source_object", "source_line").limit(RECORDS_OF_RUN - len(records))
        records += _read_samples(part, run.of_dataset(name), contract)
    return sorted(records, key=lambda row: (row["object_id"], row["line"]))


def _read_samples(rows: DataFrame, objects: Sequence[StagedObject], contract: Contract) -> list[QuarantineSample]:
    """Return rows with the place they come from and their text."""
    keys = {each.object_id: each.key for each in objects}
    columns = [column.name for column in contract.columns]
    found_rows = rows.select("code", "reason", "source_object", "source_line", "raw_excerpt", *columns).collect()
    return [
        {
            "object_id": row["source_object"],
            "key": keys[row["source_object"]],
            "line": int(row["source_line"]),
            "code": row["code"],
            "reason": row["reason"],
            "row": {name: row[name] for name in columns if row[name] is not None} or {"raw": row["raw_excerpt"]},
        }
        for row in found_rows
    ]


def _log(line: str) -> None:
    print(f"data_cleansing: {line}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
