"""Glue job `feature_engineering`: read the curated rows of a run, write daily demand per site and SKU with its features.

Arguments: --lake_bucket, --run_id. Fails with NoDemandData when the run holds no data set that carries demand.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import reduce

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from contracts import datasets
from contracts.paths import Zone, dataset_prefix
from contracts.tables import DAILY_DEMAND, SKU_UNITS, curated_table
from glue_jobs.arguments import JobRun, job_run
from glue_jobs.spark import session
from glue_jobs.transforms.daily_demand import daily_demand, from_history, from_orders, with_features
from glue_jobs.unknown_days import read_unknown_days

READERS = {"orders": from_orders, "demand_history": from_history}
"""Reader of demand for each data set that has it."""


class NoDemandData(Exception):
    """The run has no object of a data set with demand; the message says what to upload."""


def main(argv: Sequence[str]) -> None:
    """Build the daily demand of one run."""
    run = job_run(argv)
    spark = session("feature_engineering")
    parts = _demand(spark, run)
    demand = daily_demand(parts, run.as_of_date, read_unknown_days(spark, run, parts))
    path = run.path(DAILY_DEMAND.run_prefix(run.run_id))
    with_features(demand).write.mode("overwrite").parquet(path)
    _units(spark, run).write.mode("overwrite").parquet(run.path(SKU_UNITS.run_prefix(run.run_id)))
    totals = spark.read.parquet(path).agg(F.count(F.lit(1)).alias("rows"), F.min("demand_date").alias("first")).collect()[0]
    print(f"feature_engineering: {totals['rows']:,} days of demand from {totals['first']} to {run.as_of_date}", flush=True)


def _demand(spark: SparkSession, run: JobRun) -> DataFrame:
    """Return the demand of every data set of the run, one after the other."""
    parts = [read(spark.read.parquet(_curated_path(run, name))) for name, read in READERS.items() if run.of_dataset(name)]
    if not parts:
        landing = " or ".join(dataset_prefix(Zone.LANDING, name) for name in READERS)
        raise NoDemandData(f"run {run.run_id} holds no object of {' or '.join(READERS)}: put a file under {landing} and start a new run")
    return reduce(DataFrame.unionByName, parts)


def _units(spark: SparkSession, run: JobRun) -> DataFrame:
    """Return the unit of measure of every SKU; the cleansing leaves one for each."""
    parts = [spark.read.parquet(_curated_path(run, name)).select("sku_id", "uom") for name in READERS if run.of_dataset(name)]
    return reduce(DataFrame.unionByName, parts).groupBy("sku_id").agg(F.min("uom").alias("uom"))


def _curated_path(run: JobRun, dataset: str) -> str:
    return run.path(curated_table(datasets.load(dataset)).run_prefix(run.run_id))


if __name__ == "__main__":
    main(sys.argv[1:])
