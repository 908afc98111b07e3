"""Checks of settings and values; each raises InvalidValue, which names the setting, its value and what to write instead."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime
from numbers import Real

import numpy as np

from kpi_engine.shared.arrays import Floats
from kpi_engine.shared.errors import InvalidValue


def check_choice(name: str, value: str, choices: Sequence[str]) -> None:
    """Check that the value is one of the choices.

    >>> check_choice("otif.level", "pallet", ("order", "line"))
    Traceback (most recent call last):
        ...
    kpi_engine.shared.errors.InvalidValue: otif.level is 'pallet': write one of order, line
    """
    if value not in choices:
        raise InvalidValue(f"{name} is {value!r}: write one of {', '.join(choices)}")


def check_at_least(name: str, value: float, lowest: float) -> None:
    """Check that the value is a finite number of at least `lowest`.

    >>> check_at_least("dwell.free_minutes", -1, 0)
    Traceback (most recent call last):
        ...
    kpi_engine.shared.errors.InvalidValue: dwell.free_minutes is -1: write a number of at least 0
    """
    if not (is_number(value) and value >= lowest):
        raise InvalidValue(f"{name} is {value!r}: write a number of at least {lowest:g}")


def check_positive(name: str, value: float) -> None:
    """Check that the value is a finite number above 0.

    >>> check_positive("capacity.planning_fill", 0)
    Traceback (most recent call last):
        ...
    kpi_engine.shared.errors.InvalidValue: capacity.planning_fill is 0: write a number above 0
    """
    if not (is_number(value) and value > 0):
        raise InvalidValue(f"{name} is {value!r}: write a number above 0")


def check_share(name: str, value: float) -> None:
    """Check that the value lies in 0..1.

    >>> check_share("capacity.correlation", 2)
    Traceback (most recent call last):
        ...
    kpi_engine.shared.errors.InvalidValue: capacity.correlation is 2: write a share between 0 and 1, such as 0.9
    """
    if not (is_number(value) and 0 <= value <= 1):
        raise InvalidValue(f"{name} is {value!r}: write a share between 0 and 1, such as 0.9")


def check_percent(name: str, value: float) -> None:
    """Check that the value lies in 0..100.

    >>> check_percent("grade.minimum_coverage", 120)
    Traceback (most recent call last):
        ...
    kpi_engine.shared.errors.InvalidValue: grade.minimum_coverage is 120: write a percentage between 0 and 100
    """
    if not (is_number(value) and 0 <= value <= 100):
        raise InvalidValue(f"{name} is {value!r}: write a percentage between 0 and 100")


def check_count(name: str, value: int) -> None:
    """Check that the value is a whole number of at least 0.

    >>> check_count("transport.search_rounds", 1.5)
    Traceback (most recent call last):
        ...
    kpi_engine.shared.errors.InvalidValue: transport.search_rounds is 1.5: write a whole number of at least 0
    """
    if not (is_number(value) and value >= 0 and value == int(value)):
        raise InvalidValue(f"{name} is {value!r}: write a whole number of at least 0")


def check_day(name: str, value: date | None) -> None:
    """Check that the value is a date without a time, or None.

    >>> check_day("otif.as_of", "2026-07-20")
    Traceback (most recent call last):
        ...
    kpi_engine.shared.errors.InvalidValue: otif.as_of is '2026-07-20': write a date without a time, such as date(2026, 7, 20), or None
    """
    if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
        raise InvalidValue(f"{name} is {value!r}: write a date without a time, such as date(2026, 7, 20), or None")


def check_limits(name: str, limits: Sequence[float], *, is_rising: bool) -> None:
    """Check that there are limits, that all are finite numbers, and that each is above (or below) the one before.

    >>> check_limits("capacity.bands", [70, 70], is_rising=True)
    Traceback (most recent call last):
        ...
    kpi_engine.shared.errors.InvalidValue: capacity.bands has the limits 70, 70: write at least one, from the lowest to the highest
    """
    in_order = sorted(set(filter(is_number, limits)), reverse=not is_rising)
    if not limits or list(limits) != in_order:
        order = "from the lowest to the highest" if is_rising else "from the highest to the lowest"
        raise InvalidValue(f"{name} has the limits {', '.join(map(str, limits)) or 'none'}: write at least one, {order}")


def is_number(value: object) -> bool:
    """Return whether the value is a finite number; a bool is none.

    >>> is_number(3), is_number("3"), is_number(float("nan"))
    (True, False, False)
    """
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def check_interval_levels(level: Floats) -> None:
    """Check that every level that is not missing lies between 0 and 1, both ends excluded.

    >>> check_interval_levels(np.array([0.8, np.nan, 80]))
    Traceback (most recent call last):
        ...
    kpi_engine.shared.errors.InvalidValue: interval_level of forecast_data is 80: write a share between 0 and 1, such as 0.8
    """
    wrong_levels = level[~np.isnan(level) & ~((level > 0) & (level < 1))]
    if len(wrong_levels):
        raise InvalidValue(f"interval_level of forecast_data is {wrong_levels[0]:g}: write a share between 0 and 1, such as 0.8")
