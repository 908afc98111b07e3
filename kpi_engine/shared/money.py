"""Dated exchange rates: amounts of different currencies are added only through one of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class ExchangeRate:
    """Units of `quote` for one unit of `base`, from a day on until the next rate of the pair."""

    base: str
    quote: str
    valid_from: date
    rate: float


@dataclass(frozen=True)
class ExchangeRates:
    """The rates of every pair of currencies, oldest first."""

    by_pair: Mapping[tuple[str, str], tuple[ExchangeRate, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, rates: Iterable[ExchangeRate]) -> ExchangeRates:
        """Return the rates by pair. Raises ValueError for a rate that is not positive."""
        by_pair: dict[tuple[str, str], list[ExchangeRate]] = {}
        for rate in sorted(rates, key=lambda each: each.valid_from):
            if not rate.rate > 0:
                raise ValueError(f"the rate of {rate.base}/{rate.quote} from {rate.valid_from} is {rate.rate}: it must be above zero")
            by_pair.setdefault((rate.base, rate.quote), []).append(rate)
        return cls({pair: tuple(each) for pair, each in by_pair.items()})

    def find_rate(self, base: str, quote: str, day: date) -> float | None:
        """Return the latest rate that is not after the day, of the pair or, inverted, of its reverse; None when there is none.

        >>> rates = ExchangeRates.of([ExchangeRate("GBP", "EUR", date(2026, 11, 2), 1.25)])
        >>> rates.find_rate("GBP", "EUR", date(2026, 11, 5)), rates.find_rate("EUR", "GBP", date(2026, 11, 5))
        (1.25, 0.8)
        >>> rates.find_rate("GBP", "EUR", date(2026, 11, 1)) is None
        True
        """
        if base == quote:
            return 1.0
        direct, reverse = self._latest(base, quote, day), self._latest(quote, base, day)
        if direct is not None and (reverse is None or direct.valid_from >= reverse.valid_from):
            return direct.rate
        return 1 / reverse.rate if reverse is not None else None

    def _latest(self, base: str, quote: str, day: date) -> ExchangeRate | None:
        rates = self.by_pair.get((base, quote), ())
        position = bisect_right([rate.valid_from for rate in rates], day)
        return rates[position - 1] if position else None
