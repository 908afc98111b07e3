"""What an anomaly costs per unit. Prices come from the caller; one that is missing stays missing and is never made up."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import fsum

from kpi_engine.anomalies.alerts.numbers import number

SKU_DIMENSIONS = ("sku_id", "sku", "item_id")


@dataclass(frozen=True)
class Costs:
    """Cost inputs in one currency; None, NaN, infinite and negative ones are missing.

    unit_margin: lost contribution per unit not demanded, one for all or one per SKU. Per unit: expedite and overtime (only above
    capacity), marginal (every extra unit). penalty_per_order: for each order that the service failed.
    """

    currency: str | None = None
    unit_margin: float | Mapping[str, float] | None = None
    expedite_cost_per_unit: float | None = None
    overtime_cost_per_unit: float | None = None
    marginal_cost_per_unit: float | None = None
    penalty_per_order: float | None = None

    def price(self, name: str) -> float:
        """One of the single prices, NaN when missing."""
        return price(getattr(self, name))

    def margin_of(self, dimensions: Mapping[str, str]) -> float:
        """The margin of a time series' SKU, NaN when missing."""
        if not isinstance(self.unit_margin, Mapping):
            return price(self.unit_margin)
        return price(next((self.unit_margin[sku] for sku in skus_of(dimensions) if sku in self.unit_margin), None))


@dataclass(frozen=True)
class Money:
    """An amount that is lost or spent: never negative, low <= expected <= high. Without a prediction interval low and high are None."""

    low: float | None
    expected: float
    high: float | None
    currency: str

    @classmethod
    def sum(cls, amounts: Iterable[Money]) -> Money | None:
        """The sum in the currency that all share; None of none."""
        listed = list(amounts)
        if not listed:
            return None
        low, high = ([amount.low for amount in listed], [amount.high for amount in listed])
        return cls(_total(low), fsum(amount.expected for amount in listed), _total(high), listed[0].currency)


def price(value: object) -> float:
    """A price that can be used, else NaN."""
    found = number(value)
    return found if found >= 0 else math.nan


def skus_of(dimensions: Mapping[str, str]) -> list[str]:
    """The SKU of a time series under whichever name the dimension has."""
    return [dimensions[name] for name in SKU_DIMENSIONS if name in dimensions]


def _total(amounts: list[float | None]) -> float | None:
    known = [amount for amount in amounts if amount is not None]
    return fsum(known) if len(known) == len(amounts) else None
