"""Whether the point separates decimals or thousands in the numbers of an object, by the numbers that can only be read in one way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from contracts.datasets import ColumnType, Contract
from contracts.identifiers import AROUND
from glue_jobs.transforms.numbers import EITHER_POINT, POINT_FOR_DECIMALS, plain_form

AmbiguousObjects = Mapping[str, tuple[str, ...]]
"""Column -> the objects in which its numbers such as 1.250 can be read in two ways."""


def find_ambiguous_objects(rows: DataFrame, contract: Contract) -> AmbiguousObjects:
    """Return the columns and objects with numbers such as 1.250 and without one such as 12.5, 0.125 or 1250.0 in the same column.

    rows: staged rows. A file that writes three decimals everywhere is common in some systems, and so is one that separates thousands by
    points; reading the wrong one is an error by a factor of thousand.
    """
    if not number_names(contract):
        return {}
    return ambiguous_objects_of([row.asDict() for row in count_forms(rows, contract).collect()], contract)


def number_names(contract: Contract) -> list[str]:
    """Return the columns with numbers."""
    return [column.name for column in contract.columns if column.type in (ColumnType.DECIMAL, ColumnType.RATE, ColumnType.INTEGER)]


def count_forms(rows: DataFrame, contract: Contract) -> DataFrame:
    """Count, per source_object and column, the numbers that can be read in two ways and those whose point can only separate decimals."""
    counts = [
        # Most numbers have no point, and looking for one costs less than a pattern.
        F.sum(F.when((F.instr(F.col(name), ".") > F.lit(0)) & _plain_number(name).rlike(pattern), F.lit(1)).otherwise(F.lit(0))).alias(
            f"{form}__{name}"
        )
        for name in number_names(contract)
        for form, pattern in (("either", EITHER_POINT), ("decimals", POINT_FOR_DECIMALS))
    ]
    return rows.groupBy("source_object").agg(*counts)


def _plain_number(name: str) -> SparkColumn:
    return F.expr(plain_form(f"trim(both '{AROUND}' from {name})"))


def ambiguous_objects_of(counts: Sequence[Mapping[str, object]], contract: Contract) -> AmbiguousObjects:
    """Return the columns and objects that have numbers of the first form and none of the second, from the rows of `count_forms`."""
    columns = {
        name: tuple(sorted(str(row["source_object"]) for row in counts if row[f"either__{name}"] and not row[f"decimals__{name}"]))
        for name in number_names(contract)
    }
    return {name: places for name, places in columns.items() if places}
