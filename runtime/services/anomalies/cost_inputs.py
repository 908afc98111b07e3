"""Cost inputs of a run: margins of the SKU master, and cost rates."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from datetime import date

import pandas as pd

from kpi_engine.anomalies.assessment.costs import Costs
from kpi_engine.anomalies.formats import parse_number
from runtime.services.anomalies.reference import SKU, select_valid

COST_RATES = "cost_rates"
RATES = {
    "expedite_cost_per_unit": ("EXPEDITE", "units"),
    "overtime_cost_per_unit": ("OVERTIME", "units"),
    "marginal_cost_per_unit": ("HANDLING", "units"),
    "penalty_per_order": ("ORDER_PENALTY", "orders"),
}
"""Type and unit of the rate of each price."""


def read_costs(sku_master: pd.DataFrame, cost_rates: pd.DataFrame, day: date) -> Costs:
    """Return the costs that are valid on a day, those in the one currency that all margins have.

    A margin is that of the SKU master, or else price less cost. With margins in several currencies, or none, no amount of money is known:
    nothing is converted here. A rate counts when it is that of every site.
    """
    skus = select_valid(sku_master, day)
    margins = {str(row[SKU]): margin for row in skus.to_dict("records") if (margin := _margin(row)) is not None}
    priced_skus = skus[skus[SKU].astype(str).isin(margins)] if len(skus) else skus
    rates = select_valid(cost_rates, day)
    rates = rates[rates["site_id"].isna()] if len(rates) else rates
    currencies = set(priced_skus["currency"].dropna()) if len(priced_skus) else set(rates["currency"]) if len(rates) else set()
    if len(currencies) != 1:
        return Costs()
    [currency] = currencies
    prices = {name: find_rate(rates, kind, unit, str(currency)) for name, (kind, unit) in RATES.items()}
    return Costs(currency=str(currency), unit_margin=margins or None, **prices)


def _margin(row: Mapping[Hashable, object]) -> float | None:
    margin, price, cost = (_number(row.get(name)) for name in ("unit_margin", "unit_price", "unit_cost"))
    if margin is not None:
        return margin
    return None if price is None or cost is None else price - cost


def find_rate(rates: pd.DataFrame, kind: str, unit: str, currency: str) -> float | None:
    """Return the amount of a type in this unit and currency, None where no row states it.

    >>> find_rate(pd.DataFrame({"type": ["HANDLING"], "unit": ["units"], "currency": ["EUR"], "amount": [0.8]}), "HANDLING", "units", "EUR")
    0.8
    """
    if rates.empty:
        return None
    amounts = rates[(rates["type"] == kind) & (rates["unit"] == unit) & (rates["currency"] == currency)]["amount"]
    return _number(amounts.iloc[0]) if len(amounts) else None


def _number(value: object) -> float | None:
    number = parse_number(value)
    return None if math.isnan(number) else number
