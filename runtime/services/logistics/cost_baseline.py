"""The cost per unit that a run's cost is compared with: a setting, in a currency of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Self

import pandas as pd

from kpi_engine.logistics.inputs.parameters import CostParameters
from runtime.services.logistics.shipment_rows import choose_currency, read_exchange_rates


@dataclass(frozen=True)
class CostBaseline:
    """Money per unit shipped."""

    per_unit: float
    currency: str

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the baseline that a setting states as amount and currency; None when it states none. Raises ValueError.

        >>> CostBaseline.parse("1.85 EUR"), CostBaseline.parse("")
        (CostBaseline(per_unit=1.85, currency='EUR'), None)
        """
        if not text:
            return None
        amount, _, currency = text.partition(" ")
        per_unit = float(amount)
        if per_unit <= 0 or len(currency) != 3:
            raise ValueError(f"costBaseline is {text!r}: write an amount above zero and a currency, such as 1.85 EUR")
        return cls(per_unit, currency)


def choose_cost_parameters(
    currencies: pd.Series[str], fx_rates: pd.DataFrame, day: date, baseline: CostBaseline | None
) -> tuple[CostParameters, str | None]:
    """Return the currency of costs with the baseline in it, and a warning where no rate converts the baseline.

    >>> rates = pd.DataFrame({"base_currency": ["GBP"], "quote_currency": ["EUR"], "valid_from": ["2026-11-01"], "rate": [1.2]})
    >>> choose_cost_parameters(pd.Series(["EUR"]), rates, date(2026, 11, 29), CostBaseline(2.0, "GBP"))[0].baseline_per_unit
    2.4
    """
    parameters = choose_currency(currencies, fx_rates, day)
    names = sorted(currencies.dropna().unique())
    target = parameters.currency or (names[0] if len(names) == 1 else None)
    if baseline is None or target is None:
        return parameters, None
    rate = read_exchange_rates(fx_rates).find_rate(baseline.currency, target, day)
    if rate is None:
        return (
            parameters,
            f"The cost baseline is in {baseline.currency} and costs are in {target}: fx_rates has no rate, so they are not compared.",
        )
    return replace(parameters, baseline_per_unit=baseline.per_unit * rate), None
