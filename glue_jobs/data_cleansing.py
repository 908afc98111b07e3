"""Glue job `data_cleansing`: the staged rows of a run's objects in, curated and quarantined rows and quality.json out.

Arguments: --lake_bucket, --run_id. Fails with RowsLost when a single row is unaccounted for.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F  # noqa: N812

import contracts
from contracts import Contract
from glue_jobs import lake_io
from glue_jobs.arguments import JobRun, StagedObject, job_run
from glue_jobs.reconciliation import dataset_report, quality_report, reconciled
from glue_jobs.spark import session
from glue_jobs.transforms.cleansing import cleansed
from glue_jobs.transforms.judging import judged

SAMPLES_PER_CODE = 5


def main(argv: Sequence[str]) -> None:
    """Cleanse every dataset of one run."""
    run = job_run(argv)
    spark = session("data_cleansing")
    datasets = {name: _cleanse(spark, run, contracts.load(name)) for name in contracts.names() if run.of_dataset(name)}
    report = quality_report(run, datasets)
    lake_io.write_json(run.bucket, f"runs/{run.run_id}/quality.json", report)
    _say(f"every one of {report['rows_in']:,} rows accounted for")


def _cleanse(spark: SparkSession, run: JobRun, contract: Contract) -> dict[str, Any]:
    """Write the curated and quarantined rows of one dataset; returns its part of the report."""
    objects = run.of_dataset(contract.dataset)
    _say(f"{contract.dataset}: {sum(o.rows for o in objects):,} rows in {len(objects)} objects")
    staged = spark.read.parquet(*(f"s3://{run.bucket}/{o.staging_key}" for o in objects))
    places = spark.createDataFrame([(o.object_id, order) for order, o in enumerate(objects)], ["source_object", "received_order"])
    # Judging is most of the work: its result is handed over instead of being worked out again for each of the three parts.
    verdicts = _handed_over(spark, judged(staged, contract, run.today), run.folder("scratch", f"judged_{contract.dataset}"))
    parts = cleansed(verdicts, places, contract)
    curated = _handed_over(spark, parts.curated, run.folder("curated", contract.dataset))
    quarantined = _handed_over(spark, parts.quarantined, run.folder("quarantine", contract.dataset))
    counts = reconciled(objects, *(_per_object(rows) for rows in (curated, quarantined, parts.duplicates)))
    report = dataset_report(counts, _per(quarantined, "code"), _warnings(curated, contract), _samples(quarantined, objects, contract))
    _say(f"{contract.dataset}: {report['curated']:,} curated, {report['quarantined']:,} quarantined, {report['duplicates']:,} duplicates")
    return report


def _handed_over(spark: SparkSession, rows: DataFrame, path: str) -> DataFrame:
    """Write rows and read them back, so that what is counted is what was written."""
    rows.write.mode("overwrite").parquet(path)
    return spark.read.parquet(path)


def _per_object(rows: DataFrame) -> dict[str, int]:
    return _per(rows, "source_object")


def _per(rows: DataFrame, column: str) -> dict[str, int]:
    found = rows.groupBy(column).agg(F.count(F.lit(1)).alias("n")).collect()
    return {row[column]: int(row["n"]) for row in sorted(found, key=lambda row: (-row["n"], row[column]))}


def _warnings(curated: DataFrame, contract: Contract) -> dict[str, int]:
    """How many curated rows leave a column blank that should be filled."""
    names = [column.name for column in contract.columns if column.blank_means_warning]
    if not names:
        return {}
    blanks = [F.sum(F.when(F.col(name).isNull(), F.lit(1)).otherwise(F.lit(0))).alias(name) for name in names]
    row = curated.agg(*blanks).collect()[0]
    return {f"blank_{name}": int(row[name]) for name in names if row[name]}


def _samples(quarantined: DataFrame, objects: Sequence[StagedObject], contract: Contract) -> list[dict[str, Any]]:
    """The first few rows of every code, with the place they come from and what they said."""
    keys = {staged.object_id: staged.key for staged in objects}
    within = Window.partitionBy("code").orderBy("source_object", "source_line")
    first = quarantined.withColumn("place", F.row_number().over(within)).where(F.col("place") <= F.lit(SAMPLES_PER_CODE))
    columns = [column.name for column in contract.columns]
    shown = first.select("code", "reason", "source_object", "source_line", "raw_excerpt", *columns).collect()
    return [
        {
            "object_id": row["source_object"],
            "key": keys[row["source_object"]],
            "line": int(row["source_line"]),
            "code": row["code"],
            "reason": row["reason"],
            "row": {name: row[name] for name in columns if row[name] is not None} or {"raw": row["raw_excerpt"]},
        }
        for row in sorted(shown, key=lambda row: (row["code"], row["source_object"], row["source_line"]))
    ]


def _say(line: str) -> None:
    print(f"data_cleansing: {line}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
