"""What is doubtful about the rows that are used: counted by code and column, with a few samples."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from contracts.datasets import Contract
from contracts.documents import WarningDocument, WarningSample
from contracts.quality_codes import WarningCode
from glue_jobs.arguments import StagedObject
from glue_jobs.transforms.repeats import RowOutcome

SAMPLES_PER_WARNING = 5

REPEATED_SHARE = 0.1
"""Share of the rows of an object that repeat others of it, from which on a report warns of it."""

OUTCOME_CODES = {RowOutcome.PART: WarningCode.SUMMED, RowOutcome.REPEATED: WarningCode.REPEATED, RowOutcome.RESTATED: WarningCode.RESTATED}


def list_warnings(verdicts: DataFrame, repeats: DataFrame, objects: Sequence[StagedObject], contract: Contract) -> list[WarningDocument]:
    """Return the warnings of one data set, first those about values, then those about rows that share a key.

    verdicts: validation.add_verdict; repeats: repeats.settle_repeats.
    """
    valid = verdicts.where(F.col("code").isNull())
    return [*_blanks(valid, contract), *_value_warnings(valid, objects), *_repeat_warnings(repeats, objects)]


def _blanks(valid: DataFrame, contract: Contract) -> list[WarningDocument]:
    """Count the rows that leave a column blank that should be filled."""
    names = [column.name for column in contract.columns if column.blank_means_warning]
    if not names:
        return []
    blanks = [F.sum(F.when(F.col(f"value__{name}").isNull(), F.lit(1)).otherwise(F.lit(0))).alias(name) for name in names]
    row = valid.agg(*blanks).collect()[0]
    return [{"code": WarningCode.BLANK, "column": name, "rows": int(row[name]), "samples": []} for name in names if row[name]]


def _value_warnings(valid: DataFrame, objects: Sequence[StagedObject]) -> list[WarningDocument]:
    doubtful = valid.where(F.col("warnings") != F.lit(""))
    entries = doubtful.select("*", F.explode(F.split(F.col("warnings"), ";")).alias("warning"))
    counts = {row["warning"]: int(row["n"]) for row in entries.groupBy("warning").agg(F.count(F.lit(1)).alias("n")).collect()}
    if not counts:
        return []
    first = Window.partitionBy("warning").orderBy("source_object", "source_line")
    first_rows = entries.withColumn("rank", F.row_number().over(first)).where(F.col("rank") <= F.lit(SAMPLES_PER_WARNING))
    columns = sorted({warning.split(":")[0] for warning in counts})
    rows = first_rows.select("warning", "source_object", "source_line", *columns).collect()
    keys = {each.object_id: each.key for each in objects}
    documents: list[WarningDocument] = []
    for warning in sorted(counts, key=lambda each: (-counts[each], each)):
        column, code = warning.split(":")
        samples: list[WarningSample] = [
            {
                "object_id": row["source_object"],
                "key": keys[row["source_object"]],
                "line": int(row["source_line"]),
                "value": row[column],
            }
            for row in sorted(rows, key=lambda row: (row["source_object"], row["source_line"]))
            if row["warning"] == warning
        ]
        documents.append({"code": code, "column": column, "rows": counts[warning], "samples": samples})
    return documents


def _repeat_warnings(repeats: DataFrame, objects: Sequence[StagedObject]) -> list[WarningDocument]:
    row_counts = repeats.groupBy("source_object", "outcome").agg(F.count(F.lit(1)).alias("n"), F.min("source_line").alias("line"))
    rows = {(row["source_object"], row["outcome"]): row for row in row_counts.collect()}
    documents: list[WarningDocument] = []
    for outcome, code in OUTCOME_CODES.items():
        counts = [(each, rows[each.object_id, outcome]) for each in objects if (each.object_id, outcome) in rows]
        if outcome is RowOutcome.REPEATED:
            counts = [(each, row) for each, row in counts if int(row["n"]) >= REPEATED_SHARE * each.rows]
        if counts:
            samples: list[WarningSample] = [
                {"object_id": each.object_id, "key": each.key, "line": int(row["line"]), "value": f"{int(row['n'])} of {each.rows} rows"}
                for each, row in counts[:SAMPLES_PER_WARNING]
            ]
            documents.append({"code": code, "column": None, "rows": sum(int(row["n"]) for _, row in counts), "samples": samples})
    return documents
