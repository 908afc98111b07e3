"""The staged rows of a data set: those of its objects, with mended rows in the places of the rows that they replay."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from glue_jobs.arguments import JobRun, StagedObject
from glue_jobs.transforms.repeats import PLACE


def read_staged_rows(spark: SparkSession, run: JobRun, objects: Sequence[StagedObject]) -> DataFrame:
    """Return the staged rows of objects, without those that were discarded.

    A row that replays another has the object and the line of that one, so that everything after this reads the object as if it had been
    right when it arrived.
    """
    # A replay of a file that was rejected stands for itself: it has no rows to replace.
    paths = [run.path(item.staging_key) for item in objects if item.staging_key not in item.replays]
    replays = [_read_replays(spark, run, item) for item in objects if item.replays]
    parts = [spark.read.parquet(*paths)] if paths else []
    if replays:
        mended_rows = reduce(DataFrame.unionByName, replays)
        places = mended_rows.select(*PLACE)
        parts = [*(part.join(places, on=list(PLACE), how="left_anti") for part in parts), mended_rows]
    rows = reduce(DataFrame.unionByName, parts)
    discards = [
        (F.col("source_object") == F.lit(item.object_id)) & F.col("source_line").isin(*item.discarded_lines)
        for item in objects
        if item.discarded_lines
    ]
    return rows.where(~reduce(or_, discards)) if discards else rows


def _read_replays(spark: SparkSession, run: JobRun, item: StagedObject) -> DataFrame:
    rows = spark.read.parquet(*(run.path(key) for key in item.replays))
    names = [name for name in rows.columns if name not in PLACE]
    return rows.select(*names, F.lit(item.object_id).alias("source_object"), "source_line")
