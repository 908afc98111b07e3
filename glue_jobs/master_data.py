"""The master data of a run, applied to the rows of its other data sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from contracts import datasets
from contracts.datasets import Contract
from glue_jobs.transforms.references import Masters, add_reference_verdicts, in_site_days
from glue_jobs.transforms.units import (
    SKU_MASTER,
    add_unit_verdict,
    base_units_of_masters,
    base_units_of_rows,
    conversion_factors,
    count_units,
    has_several_units,
    has_units,
    to_base_units,
)


@dataclass(frozen=True)
class MasterData:
    """The masters that have rows, and the conversions of the units that have to be converted (None where no unit has to be)."""

    masters: Masters = field(default_factory=dict)
    conversions: DataFrame | None = None

    def is_needed(self, contract: Contract) -> bool:
        """Return whether the rows of the data set depend on it."""
        names = {column.references for column in contract.columns} | {limit.dataset for limit in contract.limits}
        return bool(names & self.masters.keys()) or (self.conversions is not None and has_units(contract))

    def review(self, verdicts: DataFrame, contract: Contract) -> DataFrame:
        """Return verdicts with the codes that follow from master data: unknown SKUs, sites and lanes, limits, units without conversion."""
        rows = add_reference_verdicts(verdicts, contract, self.masters)
        if self.conversions is not None and has_units(contract):
            rows = add_unit_verdict(rows, contract, self.conversions)
        return rows

    def convert(self, curated_rows: DataFrame, contract: Contract) -> DataFrame:
        """Return curated rows in base units, with the business day at their site."""
        rows = in_site_days(curated_rows, contract, self.masters)
        if self.conversions is not None and has_units(contract):
            rows = to_base_units(rows, contract, self.conversions)
        return rows


def find_conversions(verdicts: Mapping[str, DataFrame], masters: Masters) -> DataFrame | None:
    """Return the units that differ from the base unit of their SKU (units.conversion_factors), or None when there are none.

    verdicts: the rows of every data set by name. Nearly always a SKU has one unit, and then nothing is joined to its rows.
    """
    contracts = {name: datasets.load(name) for name in verdicts}
    counts = {name: count_units(verdicts[name].where(F.col("code").isNull()), each) for name, each in contracts.items() if has_units(each)}
    demand = [part for name, part in counts.items() if contracts[name].carries_demand]
    if SKU_MASTER in masters and counts:
        base_units = base_units_of_masters(masters[SKU_MASTER])
    elif demand and has_several_units(list(counts.values())):
        base_units = base_units_of_rows(demand)
    else:
        return None
    factors = conversion_factors(list(counts.values()), base_units)
    conversions = factors.where(F.col("base").isNull() | (F.col("unit_from") != F.col("base")))
    return conversions if conversions.limit(1).count() else None
