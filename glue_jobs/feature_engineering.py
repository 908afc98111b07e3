"""Glue job `feature_engineering`: curated rows of a run in, daily demand per site and SKU with its features out.

Arguments: --lake_bucket, --run_id. Fails with NoDemandData when the run holds no data set that carries demand.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import reduce

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from glue_jobs.arguments import JobRun, job_run
from glue_jobs.spark import session
from glue_jobs.transforms.daily_demand import daily_demand, from_history, from_orders, with_features

PARTS = {"orders": from_orders, "demand_history": from_history}
"""How each dataset that carries demand tells it."""


class NoDemandData(Exception):
    """The run holds no object of a dataset that carries demand; the message says what to send."""


def main(argv: Sequence[str]) -> None:
    """Build the daily demand of one run."""
    run = job_run(argv)
    spark = session("feature_engineering")
    demand = daily_demand(_parts(spark, run), run.as_of_date)
    path = run.folder("features", "daily_demand")
    with_features(demand).write.mode("overwrite").parquet(path)
    written = spark.read.parquet(path).agg(F.count(F.lit(1)).alias("rows"), F.min("demand_date").alias("first")).collect()[0]
    print(f"feature_engineering: {written['rows']:,} days of demand from {written['first']} to {run.as_of_date}", flush=True)


def _parts(spark: SparkSession, run: JobRun) -> DataFrame:
    """What every dataset of the run says about demand."""
    found = [tell(spark.read.parquet(run.folder("curated", name))) for name, tell in PARTS.items() if run.of_dataset(name)]
    if not found:
        landing = " or ".join(f"landing/{name}/v1/" for name in PARTS)
        raise NoDemandData(f"run {run.run_id} holds no object of {' or '.join(PARTS)}: put a file under {landing} and start a new run")
    return reduce(DataFrame.unionByName, found)


if __name__ == "__main__":
    main(sys.argv[1:])
