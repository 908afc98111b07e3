"""Costs of an anomaly per unit. Prices come from the caller; one that is missing stays missing and is never made up."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import fsum

from kpi_engine.anomalies.formats import parse_number

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

    def price_of(self, name: str) -> float:
        """Return one of the single prices, NaN when missing.

        >>> Costs(marginal_cost_per_unit=0.8).price_of("marginal_cost_per_unit")
        0.8
        """
        return parse_price(getattr(self, name))

    def margin_of(self, dimensions: Mapping[str, str]) -> float:
        """Return the margin of a time series' SKU, NaN when missing.

        >>> Costs(unit_margin={"SKU-1": 3.5}).margin_of({"site_id": "LDS1", "sku_id": "SKU-1"})
        3.5
        """
        if not isinstance(self.unit_margin, Mapping):
            return parse_price(self.unit_margin)
        return parse_price(next((self.unit_margin[sku] for sku in list_skus(dimensions) if sku in self.unit_margin), None))


@dataclass(frozen=True)
class Money:
    """An amount that is lost or spent: never negative, low <= expected <= high. Without a prediction interval low and high are None."""

    low: float | None
    expected: float
    high: float | None
    currency: str

    def take(self, share: float) -> Money:
        """Return a part of the amount.

        >>> Money(1.0, 2.0, 4.0, "EUR").take(0.5)
        Money(low=0.5, expected=1.0, high=2.0, currency='EUR')
        """
        low, high = (None if amount is None else amount * share for amount in (self.low, self.high))
        return Money(low, self.expected * share, high, self.currency)

    @classmethod
    def sum(cls, amounts: Iterable[Money]) -> Money | None:
        """Return the sum in the currency that all share; None without amounts.

        >>> Money.sum([Money(1.0, 2.0, 3.0, "EUR"), Money(None, 4.0, None, "EUR")])
        Money(low=None, expected=6.0, high=None, currency='EUR')
        """
        terms = list(amounts)
        if not terms:
            return None
        low, high = ([amount.low for amount in terms], [amount.high for amount in terms])
        return cls(_sum_if_complete(low), fsum(amount.expected for amount in terms), _sum_if_complete(high), terms[0].currency)

    def as_dict(self) -> dict[str, object]:
        """Return the amount for JSON."""
        return {"low": self.low, "expected": self.expected, "high": self.high, "currency": self.currency}


def parse_price(value: object) -> float:
    """Return a price that can be used, else NaN.

    >>> parse_price("3.50"), parse_price(-1)
    (3.5, nan)
    """
    price = parse_number(value)
    return price if price >= 0 else math.nan


def list_skus(dimensions: Mapping[str, str]) -> list[str]:
    """Return the SKU of a time series under whichever names the dimension has.

    >>> list_skus({"site_id": "LDS1", "item_id": "SKU-1"})
    ['SKU-1']
    """
    return [dimensions[name] for name in SKU_DIMENSIONS if name in dimensions]


def _sum_if_complete(amounts: list[float | None]) -> float | None:
    known_amounts = [amount for amount in amounts if amount is not None]
    return fsum(known_amounts) if len(known_amounts) == len(amounts) else None
