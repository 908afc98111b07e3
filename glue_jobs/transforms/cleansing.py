"""Cleansing one dataset: every staged row is curated, quarantined with a reason, or the duplicate of a row that stays."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from contracts.datasets import Contract
from contracts.quality_codes import QuarantineCode
from glue_jobs.transforms.repeats import PLACE, RowOutcome, conflict_reason
from glue_jobs.transforms.values import value_name

DUPLICATE_OUTCOMES = (RowOutcome.REPEATED.value, RowOutcome.RESTATED.value)


@dataclass(frozen=True)
class CleansingResult:
    """The three outcomes of a row. duplicates: the places (source_object, source_line) of rows that another row of their key replaces."""

    curated_rows: DataFrame
    quarantined_rows: DataFrame
    duplicates: DataFrame


def cleanse(verdicts: DataFrame, repeats: DataFrame, contract: Contract) -> CleansingResult:
    """Divide rows by their verdict (validation.add_verdict) and by what becomes of rows that share a key (repeats.settle_repeats).

    Rows are validated first, so that an invalid newer row never replaces a valid older one.
    """
    valid = verdicts.where(F.col("code").isNull())
    replaced_rows = repeats.where(F.col("outcome").isin(*DUPLICATE_OUTCOMES, RowOutcome.CONFLICT.value)).select(*PLACE)
    return CleansingResult(
        curated_rows=curated_columns(valid, contract).join(replaced_rows, on=list(PLACE), how="left_anti"),
        quarantined_rows=quarantined_columns(verdicts, contract).unionByName(_conflicts(valid, repeats, contract)),
        duplicates=repeats.where(F.col("outcome").isin(*DUPLICATE_OUTCOMES)).select(*PLACE),
    )


def curated_columns(valid: DataFrame, contract: Contract) -> DataFrame:
    """Return the contract's columns as values, the business date, and where the row comes from."""
    values = [F.col(value_name(column.name)).alias(column.name) for column in contract.columns]
    return valid.select(*values, "business_day", *PLACE)


def quarantined_columns(verdicts: DataFrame, contract: Contract) -> DataFrame:
    """Return the rows with a code: their text as it is in the file, where they come from, code and reason."""
    return verdicts.where(F.col("code").isNotNull()).select(*_text_columns(contract), "code", "reason")


def _conflicts(valid: DataFrame, repeats: DataFrame, contract: Contract) -> DataFrame:
    conflicts = repeats.where(F.col("outcome") == F.lit(RowOutcome.CONFLICT.value)).select(*PLACE, "other_line", "is_ruined")
    rows = valid.select(*_text_columns(contract)).join(conflicts, on=list(PLACE), how="inner")
    return rows.select(
        *_text_columns(contract), F.lit(QuarantineCode.CONFLICT.value).alias("code"), conflict_reason(contract).alias("reason")
    )


def _text_columns(contract: Contract) -> list[str]:
    return [*(column.name for column in contract.columns), *PLACE, "unreadable", "raw_excerpt"]
