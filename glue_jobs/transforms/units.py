"""Quantities in the base unit of their SKU: quantities of different units are never added.

The base unit is the one in sku_master. Without a master it is the unit of all rows of demand of the SKU, or of nearly all of them; where
the rows of a SKU are in several units that do not convert into each other, none of them can be used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from contracts.datasets import CodeList, Column, ColumnType, Contract
from contracts.datasets.measures import CASE, MEASURES, PALLETS
from contracts.quality_codes import QuarantineCode
from contracts.quantities import MAXIMUM, RATE_SQL_TYPE, SQL_TYPE
from glue_jobs.transforms.references import name_value, with_verdict
from glue_jobs.transforms.values import value_of

SKU_MASTER = "sku_master"
DOMINANT_SHARE = 0.95
"""Share of a SKU's rows from which on the unit of those rows is its base unit, and the others are errors."""


def quantity_columns(contract: Contract) -> tuple[Column, ...]:
    """Return the columns of quantities whose unit of measure stands in another column of the row."""
    units = {column.name for column in contract.columns if column.code_list is CodeList.UNITS}
    return tuple(column for column in contract.columns if column.type is ColumnType.DECIMAL and column.unit_column in units)


def has_units(contract: Contract) -> bool:
    """Return whether the rows of a data set are quantities of a SKU in a unit that each row states."""
    return bool(quantity_columns(contract)) and any(column.references == SKU_MASTER for column in contract.columns)


def sku_column(contract: Contract) -> Column:
    """Return the column that names the SKU of the quantities."""
    return next(column for column in contract.columns if column.references == SKU_MASTER)


def unit_column(contract: Contract) -> str:
    """Return the name of the column that states the unit of the quantities."""
    return str(quantity_columns(contract)[0].unit_column)


def count_units(valid: DataFrame, contract: Contract) -> DataFrame:
    """Return the number of rows (`n`) of each SKU and unit: unit_sku, unit_from, n."""
    return valid.select(*_keys(contract)).groupBy("unit_sku", "unit_from").agg(F.count(F.lit(1)).alias("n"))


def has_several_units(counts: Sequence[DataFrame]) -> bool:
    """Return whether any SKU has rows of more than one unit (count_units)."""
    pairs = reduce(DataFrame.unionByName, [part.select("unit_sku", "unit_from") for part in counts]).distinct()
    units = pairs.groupBy("unit_sku").agg(F.count(F.lit(1)).alias("n_units"))
    return bool(units.where(F.col("n_units") > F.lit(1)).limit(1).count())


def base_units_of_masters(masters: DataFrame) -> DataFrame:
    """Return unit_sku, base, per_case, per_pallet from the curated rows of sku_master: of each SKU the row whose validity began last."""
    newest = Window.partitionBy("sku_id").orderBy(F.col("valid_from").desc_nulls_last(), F.col("source_line").desc())
    per_case, per_pallet = F.col("units_per_case"), F.col("units_per_case") * F.col("cases_per_pallet")
    first = masters.withColumn("rank", F.row_number().over(newest)).where(F.col("rank") == F.lit(1))
    return first.select(
        F.col("sku_id").alias("unit_sku"), F.col("uom").alias("base"), per_case.alias("per_case"), per_pallet.alias("per_pallet")
    )


def base_units_of_rows(counts: Sequence[DataFrame]) -> DataFrame:
    """Return the same columns from the units of the rows of demand (count_units); `base` is null where no unit is dominant."""
    units = reduce(DataFrame.unionByName, counts).groupBy("unit_sku", "unit_from").agg(F.sum("n").alias("n"))
    by_dimension = units.withColumn("kind", _by_unit("unit_from", {unit: measure.dimension.value for unit, measure in MEASURES.items()}))
    # Units of one dimension convert into each other, so that they count as one.
    by_kind = by_dimension.withColumn("kind", F.coalesce("kind", "unit_from"))
    of_kind, of_sku = Window.partitionBy("unit_sku", "kind"), Window.partitionBy("unit_sku")
    by_rows = Window.partitionBy("unit_sku").orderBy(F.col("rows_of_kind").desc(), F.col("n").desc(), F.col("unit_from").asc())
    shares = by_kind.withColumn("rows_of_kind", F.sum("n").over(of_kind)).withColumn("rows_of_sku", F.sum("n").over(of_sku))
    first = shares.withColumn("rank", F.row_number().over(by_rows)).where(F.col("rank") == F.lit(1))
    is_dominant = F.col("rows_of_kind").cast("double") >= F.col("rows_of_sku").cast("double") * F.lit(DOMINANT_SHARE)
    return first.select(
        "unit_sku",
        F.when(is_dominant, F.col("unit_from")).alias("base"),
        F.lit(None).cast(RATE_SQL_TYPE).alias("per_case"),
        F.lit(None).cast(RATE_SQL_TYPE).alias("per_pallet"),
    )


def conversion_factors(counts: Sequence[DataFrame], base_units: DataFrame) -> DataFrame:
    """Return unit_sku, unit_from, base, factor (base units in one unit, null if unknown) for every unit of the SKUs in base_units."""
    pairs = reduce(DataFrame.unionByName, [part.select("unit_sku", "unit_from") for part in counts]).distinct()
    rows = pairs.join(base_units, on="unit_sku", how="inner")
    return rows.select("unit_sku", "unit_from", "base", _factor().cast(RATE_SQL_TYPE).alias("factor"), F.lit(1).alias("has_base_unit"))


def add_unit_verdict(verdicts: DataFrame, contract: Contract, factors: DataFrame) -> DataFrame:
    """Set aside the rows without a conversion into the base unit, and those whose quantity is too large in it.

    Rows of a SKU that the factors do not have stay as they are: there is no demand to which they could be added.
    """
    columns = quantity_columns(contract)
    unit, sku = unit_column(contract), sku_column(contract)
    rows = verdicts.select("*", *_keys(contract)).join(factors, on=["unit_sku", "unit_from"], how="left")
    is_unknown = F.col("has_base_unit").isNotNull() & F.col("factor").isNull()
    largest = reduce(F.greatest, [F.coalesce(value_of(column).cast("double"), F.lit(0.0)) for column in columns], F.lit(0.0))
    is_large = largest * F.col("factor").cast("double") > F.lit(float(MAXIMUM))
    name = name_value(contract.column(unit))
    several_units = F.concat(name, F.lit(": the rows of "), name_value(sku), F.lit(f" are in several units; {_ADVICE}"))
    no_factor = F.concat(name, F.lit(" does not convert into "), F.col("base"), F.lit(f", the base unit of the SKU; {_ADVICE}"))
    too_large = F.concat(name_value(columns[0]), F.lit(" is too large in "), F.col("base"), F.lit(f": at most {MAXIMUM}"))
    reason = F.when(F.col("base").isNull(), several_units).when(F.col("factor").isNull(), no_factor).otherwise(too_large)
    return with_verdict(rows, verdicts, is_unknown | F.coalesce(is_large, F.lit(False)), QuarantineCode.UNIT, reason)


def to_base_units(curated_rows: DataFrame, contract: Contract, factors: DataFrame) -> DataFrame:
    """Return curated rows with their quantities and the unit of measure in the base unit of their SKU."""
    columns = {column.name for column in quantity_columns(contract)}
    sku, unit = sku_column(contract).name, unit_column(contract)
    conversions = factors.select(F.col("unit_sku").alias(sku), F.col("unit_from").alias(unit), "base", "factor")
    rows = curated_rows.join(conversions, on=[sku, unit], how="left")
    changes = F.col("factor").isNotNull() & (F.col("factor") != F.lit(1))

    def convert(name: str) -> SparkColumn:
        if name == unit:
            return F.coalesce(F.col("base"), F.col(name)).alias(name)
        in_base_units = (F.col(name) * F.col("factor")).cast(SQL_TYPE)
        return (F.when(changes, in_base_units).otherwise(F.col(name)) if name in columns else F.col(name)).alias(name)

    return rows.select(*(convert(name) for name in curated_rows.columns))


_ADVICE = "state the unit and its packages in sku_master (uom, units_per_case, cases_per_pallet), or send the base unit"


def _keys(contract: Contract) -> list[SparkColumn]:
    return [value_of(sku_column(contract)).alias("unit_sku"), value_of(contract.column(unit_column(contract))).alias("unit_from")]


def _factor() -> SparkColumn:
    """Return the base units in one unit: by definition within a dimension, else by the packages in the master."""
    same = F.when(F.col("unit_from") == F.col("base"), F.lit(1.0))
    dimensions = {unit: measure.dimension.value for unit, measure in MEASURES.items()}
    sizes = {unit: float(measure.size) for unit, measure in MEASURES.items()}
    is_measure = _by_unit("unit_from", dimensions) == _by_unit("base", dimensions)
    by_definition = same.when(is_measure, _by_unit("unit_from", sizes) / _by_unit("base", sizes))
    by_package = by_definition.when(F.col("unit_from") == F.lit(CASE), F.col("per_case").cast("double"))
    return by_package.when(F.col("unit_from").isin(*PALLETS), F.col("per_pallet").cast("double"))


def _by_unit(name: str, values: Mapping[str, str] | Mapping[str, float]) -> SparkColumn:
    """Return the value of the unit in a column, null for units without one."""
    (first, value), *others = values.items()
    column = F.when(F.col(name) == F.lit(first), F.lit(value))
    for unit, other in others:
        column = column.when(F.col(name) == F.lit(unit), F.lit(other))
    return column
