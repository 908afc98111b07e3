"""Rows that share a key: repeats of one another, parts of one total, corrections, or a conflict that nothing decides.

Within one object, of rows with the same key
- those with an earlier updated_at than another are superseded, and so are those that repeat another value by value;
- those that differ in a column that tells parts apart (`sum_within` of the contract, for instance the sales channel) are parts of one
  total: they all stay and are added up where demand is computed;
- any others are a conflict, and with it all rows of the key in this object: nothing states which of them is right.
  So is every repeated key with an identifier that a spreadsheet has ruined: it may stand for several items.

Between objects the rows with the latest updated_at stay, else those of the object received last: a newer file restates an older one.
Rows that name the part that they are (the channel, or the shipment of an order line) are restated part by part: the file of one channel
does not replace that of another. They take the place of the rows before them that name none, such as the order line before it left.
"""

from __future__ import annotations

from enum import StrEnum
from functools import reduce
from operator import or_

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from contracts.datasets import NUMBERED_PART, ColumnType, Contract
from glue_jobs.transforms.column_rules import RUINED
from glue_jobs.transforms.values import value_name

PLACE = ("source_object", "source_line")
"""Columns of a row's origin; unique over all rows of a data set."""
BLANK = "\u0002"
"""Stands for a blank where values are compared as texts; no value has it."""


STATES = frozenset({"status"})
"""Columns of codes in which parts of one total may differ: one shipment of a line has arrived, the other has not."""


class RowOutcome(StrEnum):
    """What becomes of a row that shares its key with others."""

    STAYS = "STAYS"
    PART = "PART"
    """Stays, and is added to other rows of its key."""
    REPEATED = "REPEATED"
    RESTATED = "RESTATED"
    CONFLICT = "CONFLICT"


def settle_repeats(valid: DataFrame, arrival: DataFrame, contract: Contract) -> DataFrame:
    """Return the place and the `outcome` of every row that shares its key with another, and the `other_line` that it is in conflict with.

    valid: the rows of validation.add_verdict without a code. arrival: the order in which each source_object was received
    (`received_order`).
    """
    keys = [value_name(name) for name in contract.key]
    values = [name for name in _value_names(contract) if name not in keys]
    narrow = valid.select(*PLACE, *_key_values(contract), *values, *_part_texts(contract))
    repeated_keys = narrow.groupBy(*keys).agg(F.count(F.lit(1)).alias("rows_of_key")).where(F.col("rows_of_key") > F.lit(1))
    rows = narrow.join(repeated_keys, on=keys, how="inner").join(arrival, on="source_object", how="inner")
    described_rows = rows.select(*PLACE, *keys, "received_order", *_descriptions(contract))
    return _decide(_compare(described_rows, keys), keys)


def _value_names(contract: Contract) -> list[str]:
    return [value_name(column.name) for column in contract.columns]


def _key_values(contract: Contract) -> list[SparkColumn]:
    """Return the values of the key; a blank one is a text, for a join finds no row by null, and the rows of a blank would never repeat."""
    return [
        F.coalesce(F.col(value_name(name)).cast("string"), F.lit(BLANK)).alias(value_name(name))
        if contract.column(name).nullable
        else F.col(value_name(name))
        for name in contract.key
    ]


def _part_texts(contract: Contract) -> list[SparkColumn]:
    """Return the texts that tell parts apart: of a date, the time of day that is written with it."""
    time_of_day = "regexp_extract({}, '[Tt ] *([0-9]{{1,2}}:.*)', 1)"
    return [
        F.expr(time_of_day.format(name) if contract.column(name).type is ColumnType.DATE else value_name(name)).alias(f"part__{name}")
        for name in contract.sum_within
    ]


def _descriptions(contract: Contract) -> list[SparkColumn]:
    """Return what decides between rows of one key, as texts that are equal when the values are."""
    values = [column for column in contract.columns if column.name not in contract.key and column.name != contract.updated_at]
    code_columns = [column for column in values if column.allowed and column.name not in STATES]
    identifiers = [name for name in contract.key if contract.column(name).type is ColumnType.IDENTIFIER]
    is_ruined = reduce(or_, (F.col(value_name(name)).rlike(RUINED) for name in identifiers), F.lit(False))
    updated_at = F.col(value_name(contract.updated_at)) if contract.updated_at else F.lit(None).cast("timestamp")
    parts = [F.coalesce(F.col(f"part__{name}"), F.lit("")) for name in contract.sum_within]
    named_part = F.coalesce(F.col(f"part__{contract.part_column.name}"), F.lit("")) if contract.part_column else F.lit("")
    return [
        updated_at.alias("updated"),
        _join_texts([F.col(value_name(column.name)) for column in values]).alias("content"),
        _join_texts([F.col(value_name(column.name)) for column in code_columns]).alias("unit"),
        _join_texts(parts).alias("part"),
        _join_texts([part != F.lit("") for part in parts]).alias("part_kind"),
        F.when(named_part.startswith(NUMBERED_PART), F.lit("")).otherwise(named_part).alias("named_part"),
        is_ruined.alias("is_ruined"),
    ]


def _join_texts(values: list[SparkColumn]) -> SparkColumn:
    """Return one text of several values; a blank value differs from every other."""
    return F.concat_ws("\u0001", *(F.coalesce(value.cast("string"), F.lit(BLANK)) for value in values), F.lit(""))


def _compare(rows: DataFrame, keys: list[str]) -> DataFrame:
    """Add to every row how it compares with the others of its key in its object."""
    of_part, of_key = ["source_object", *keys, "part"], ["source_object", *keys]
    newest_first = Window.partitionBy(*of_part).orderBy(F.col("updated").desc_nulls_last(), F.col("source_line").desc())
    ranked_rows = rows.select(
        *rows.columns,
        F.row_number().over(newest_first).alias("rank"),
        F.max("updated").over(Window.partitionBy(*of_part)).alias("newest"),
    )
    is_newest = F.coalesce(F.col("updated") == F.col("newest"), F.col("newest").isNull())
    newest = ranked_rows.select(*ranked_rows.columns, F.when(is_newest, F.col("content")).alias("newest_content"))
    part_window, key_window = Window.partitionBy(*of_part), Window.partitionBy(*of_key)
    compared_rows = newest.select(
        *newest.columns,
        (F.min("newest_content").over(part_window) != F.max("newest_content").over(part_window)).alias("contents_differ"),
        (F.min("unit").over(key_window) != F.max("unit").over(key_window)).alias("units_differ"),
        (F.min("part").over(key_window) != F.max("part").over(key_window)).alias("has_parts"),
        (F.min("part_kind").over(key_window) != F.max("part_kind").over(key_window)).alias("part_kinds_differ"),
        F.count(F.lit(1)).over(key_window).alias("rows_in_object"),
        F.min("source_line").over(key_window).alias("first_line"),
        F.max("source_line").over(key_window).alias("last_line"),
    )
    is_conflict = (
        F.col("contents_differ")
        | (F.col("has_parts") & (F.col("units_differ") | F.col("part_kinds_differ")))
        | (F.col("is_ruined") & (F.col("rows_in_object") > F.lit(1)))
    )
    return compared_rows.withColumn("conflict", F.when(is_conflict, F.lit(1)).otherwise(F.lit(0)))


def _decide(rows: DataFrame, keys: list[str]) -> DataFrame:
    """Return the outcome of every row."""
    of_key_in_object = Window.partitionBy("source_object", *keys)
    flagged_rows = rows.withColumn("in_conflict", F.max("conflict").over(of_key_in_object))
    scoped_rows = _with_scope(flagged_rows, keys)
    latest_first = Window.partitionBy(*keys, "in_conflict", "scope").orderBy(
        F.col("updated_in_scope").desc_nulls_last(), F.col("received_order").desc()
    )
    ranked_rows = scoped_rows.withColumn("object_rank", F.dense_rank().over(latest_first))
    outcome = (
        F.when(F.col("in_conflict") == F.lit(1), F.lit(RowOutcome.CONFLICT.value))
        .when((F.col("object_rank") > F.lit(1)) | F.col("has_newer_parts"), F.lit(RowOutcome.RESTATED.value))
        .when(F.col("rank") > F.lit(1), F.lit(RowOutcome.REPEATED.value))
        .when(F.col("has_parts") | F.col("has_scopes"), F.lit(RowOutcome.PART.value))
        .otherwise(F.lit(RowOutcome.STAYS.value))
    )
    is_first = F.col("source_line") == F.col("first_line")
    other_line = F.when(is_first, F.col("last_line")).otherwise(F.col("first_line"))
    return ranked_rows.select(*PLACE, outcome.alias("outcome"), other_line.alias("other_line"), "is_ruined")


def _with_scope(rows: DataFrame, keys: list[str]) -> DataFrame:
    """Add to every row the `scope` within which objects restate each other, its newest update, and whether its key `has_scopes`.

    The scope is the part that the row names if every later row of its key names one, and all have one and the same unit; else it is the key
    as a whole, and `has_newer_parts` says whether rows with a part of their own have taken its place.
    """
    of_key = Window.partitionBy(*keys, "in_conflict")
    of_object = Window.partitionBy("source_object", *keys, "in_conflict")
    dated_rows = rows.select(*rows.columns, F.max("updated").over(of_object).alias("updated_in_object"))
    oldest_first = of_key.orderBy(F.col("updated_in_object").asc_nulls_first(), F.col("received_order").asc())
    ordered_rows = dated_rows.select(*dated_rows.columns, F.dense_rank().over(oldest_first).alias("age_rank"))
    last_unnamed = F.max(F.when(F.col("named_part") == F.lit(""), F.col("age_rank")).otherwise(F.lit(0))).over(of_key)
    has_one_unit = F.min("unit").over(of_key) == F.max("unit").over(of_key)
    named_rows = ordered_rows.select(*ordered_rows.columns, ((F.col("age_rank") > last_unnamed) & has_one_unit).alias("is_named"))
    scoped_rows = named_rows.withColumn("scope", F.when(F.col("is_named"), F.col("named_part")).otherwise(F.lit("")))
    of_scope = Window.partitionBy("source_object", *keys, "scope")
    part = F.when(F.col("is_named"), F.col("scope"))
    return scoped_rows.select(
        *scoped_rows.columns,
        F.max("updated").over(of_scope).alias("updated_in_scope"),
        F.coalesce(F.min(part).over(of_key) != F.max(part).over(of_key), F.lit(False)).alias("has_scopes"),
        (~F.col("is_named") & F.coalesce(F.max(part).over(of_key).isNotNull(), F.lit(False))).alias("has_newer_parts"),
    )


def conflict_reason(contract: Contract) -> SparkColumn:
    """Return the reason of a row in conflict, which names both lines; the row has the columns of `settle_repeats`."""
    key = ", ".join(contract.key)
    repair = "send one row per key, or fill in updated_at, of which the latest counts" if contract.updated_at else "send one row per key"
    if contract.sum_within:
        repair += f", or state in {' or '.join(contract.sum_within)} what tells the rows apart, to have them added up"
    differ = F.concat(F.lit(f"{key}: line "), F.col("other_line").cast("string"), F.lit(f" has the same key and other values: {repair}"))
    ruined_reason = F.concat(
        F.lit(f"{key}: line "),
        F.col("other_line").cast("string"),
        F.lit(" has the same identifier, which a spreadsheet has changed, so that they may be two items: export it as text"),
    )
    return F.when(F.col("is_ruined"), ruined_reason).otherwise(differ)
