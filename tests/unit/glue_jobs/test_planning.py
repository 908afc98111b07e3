"""Planning on the embedded engine: frames share their finished steps, and each stays as it is."""

from __future__ import annotations

import cProfile
import pstats
from pathlib import Path
from typing import Any

import pyarrow as pa

from local.spark import substitute_pyspark
from tests.unit.glue_jobs.conftest import Engine

NUMBERS = pa.table({"name": ["a", "a", "b"], "n": [1, 2, 3]})


def test_a_frame_that_others_extend_stays_as_it_is(engine: Engine) -> None:
    from pyspark.sql import functions as F  # noqa: N812

    base = engine.frame(NUMBERS).select("name", (F.col("n") * 2).alias("n"))
    first = base.where(F.col("n") > F.lit(2)).select("name", "n")
    second = base.groupBy("name").agg(F.sum("n").alias("total"))
    both = first.join(second, on="name", how="inner")

    assert sorted(engine.rows(first), key=str) == [{"name": "a", "n": 4}, {"name": "b", "n": 6}]
    assert sorted(engine.rows(both), key=str) == [{"name": "a", "n": 4, "total": 6}, {"name": "b", "n": 6, "total": 6}]
    assert sorted(row["n"] for row in engine.rows(base)) == [2, 4, 6]


def test_two_frames_of_the_same_steps_join_as_two_frames(engine: Engine) -> None:
    from pyspark.sql import functions as F  # noqa: N812

    base = engine.frame(NUMBERS)
    total, other_total = (base.groupBy("name").agg(F.sum("n").alias(total)) for total in ("total", "other_total"))
    twice = total.unionByName(total)

    both = engine.rows(total.join(other_total, on="name"))
    assert sorted((row["name"], row["total"], row["other_total"]) for row in both) == [("a", 3, 3), ("b", 3, 3)]
    assert len(engine.rows(twice)) == 4
    assert len(engine.rows(total)) == 2


def test_a_frame_reads_its_own_files_when_the_engine_is_substituted_again(engine: Engine, tmp_path: Path) -> None:
    first = engine.frame(NUMBERS)
    substitute_pyspark(tmp_path)
    other = engine.frame(pa.table({"colour": ["red"]}))
    assert engine.rows(other) == [{"colour": "red"}]
    assert len(engine.rows(first)) == 3
    substitute_pyspark(engine.folder)


def test_the_cost_of_planning_grows_with_the_steps_alone(engine: Engine) -> None:
    _count_calls(engine, steps=2)
    few, many = (_count_calls(engine, steps) for steps in (20, 80))
    assert many < 6 * few, "four times the steps should cost about four times as much, not sixteen times"


def _count_calls(engine: Engine, steps: int) -> int:
    """Return the function calls that it takes to plan so many steps."""
    from pyspark.sql import functions as F  # noqa: N812

    rows: Any = engine.frame(NUMBERS)
    profile = cProfile.Profile()
    with profile:
        for _ in range(steps):
            rows = rows.select("name", (F.col("n") + F.lit(1)).alias("n"))
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]
