"""Refusing settings and values that cannot mean what they say."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from kpi_engine.shared.arrays import Floats
from kpi_engine.shared.errors import InvalidValue


def one_of(name: str, value: str, allowed: Sequence[str]) -> None:
    """Raise InvalidValue unless the value is among those allowed."""
    if value not in allowed:
        raise InvalidValue(f"{name} is {value!r}: write one of {', '.join(allowed)}")


def at_least(name: str, value: float, lowest: float) -> None:
    """Raise InvalidValue unless the value is a finite number of at least `lowest`."""
    if not (math.isfinite(value) and value >= lowest):
        raise InvalidValue(f"{name} is {value}: write a number of at least {lowest:g}")


def positive(name: str, value: float) -> None:
    """Raise InvalidValue unless the value is a finite number above 0."""
    if not (math.isfinite(value) and value > 0):
        raise InvalidValue(f"{name} is {value}: write a number above 0")


def share(name: str, value: float) -> None:
    """Raise InvalidValue unless the value lies in 0..1."""
    if not 0 <= value <= 1:
        raise InvalidValue(f"{name} is {value}: write a share between 0 and 1, such as 0.9")


def interval_levels(level: Floats) -> None:
    """Raise InvalidValue when a level that is not missing lies outside of 0..1, both ends excluded."""
    wrong = level[~np.isnan(level) & ~((level > 0) & (level < 1))]
    if len(wrong):
        raise InvalidValue(f"interval_level of forecast_data is {wrong[0]:g}: write a share between 0 and 1, such as 0.8")
