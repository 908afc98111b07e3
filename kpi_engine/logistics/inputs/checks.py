"""Checks of settings and values; each raises InvalidValue, which names the setting, its value and what to write instead."""

from __future__ import annotations

import math
from collections.abc import Sequence

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
    if not (math.isfinite(value) and value >= lowest):
        raise InvalidValue(f"{name} is {value}: write a number of at least {lowest:g}")


def check_positive(name: str, value: float) -> None:
    """Check that the value is a finite number above 0.

    >>> check_positive("capacity.planning_fill", 0)
    Traceback (most recent call last):
        ...
    kpi_engine.shared.errors.InvalidValue: capacity.planning_fill is 0: write a number above 0
    """
    if not (math.isfinite(value) and value > 0):
        raise InvalidValue(f"{name} is {value}: write a number above 0")


def check_share(name: str, value: float) -> None:
    """Check that the value lies in 0..1.

    >>> check_share("capacity.correlation", 2)
    Traceback (most recent call last):
        ...
    kpi_engine.shared.errors.InvalidValue: capacity.correlation is 2: write a share between 0 and 1, such as 0.9
    """
    if not 0 <= value <= 1:
        raise InvalidValue(f"{name} is {value}: write a share between 0 and 1, such as 0.9")


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
