"""Mended rows in the places of the rows that they replay, so that everything after reads an object as if it had arrived like that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from glue_jobs.transforms.repeats import PLACE


def replace_rows(rows: DataFrame | None, mended_rows: Mapping[str, DataFrame]) -> DataFrame:
    """Return staged rows with mended ones in the places of others.

    mended_rows: by the object whose rows they replace, with the lines of those as source_line. rows: None where no row is replaced, for the
    mended rows of files that were rejected.
    """
    replays = [_with_object(part, object_id) for object_id, part in mended_rows.items()]
    if not replays:
        assert rows is not None
        return rows
    all_mended_rows = reduce(DataFrame.unionByName, replays)
    if rows is None:
        return all_mended_rows
    return rows.join(all_mended_rows.select(*PLACE), on=list(PLACE), how="left_anti").unionByName(all_mended_rows)


def drop_lines(rows: DataFrame, lines: Mapping[str, Sequence[int]]) -> DataFrame:
    """Return staged rows without those at these lines of each object."""
    places = [(F.col("source_object") == F.lit(object_id)) & F.col("source_line").isin(*numbers) for object_id, numbers in lines.items()]
    return rows.where(~reduce(or_, places)) if places else rows


def _with_object(rows: DataFrame, object_id: str) -> DataFrame:
    names = [name for name in rows.columns if name not in PLACE]
    return rows.select(*names, F.lit(object_id).alias("source_object"), "source_line")
