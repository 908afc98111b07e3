"""The weight of every candidate in every series, from the errors of the replays.

A series' own errors are few and noisy; those of its demand class are many and less specific. Each counts half.
"""

from __future__ import annotations

import numpy as np

from forecast_engine.arrays import known_mean
from kpi_engine.shared.arrays import Floats, Ints
from kpi_engine.shared.demand_class import DemandClass

SHARPNESS = 20.0
"""Softmax gain: a candidate whose error is 10 % above the best has weight exp(-20 * 0.1 / 2) of the best's, by its own errors alone."""
OWN_SHARE = 0.5
CLASS_GAIN = 2.0
"""Class errors are averages over many series and differ less; this gain makes up for it."""
CLASS_MINIMUM = 5
"""Series a class needs before its mean error is used."""
NOISE_FLOOR = 0.05
"""Share of a series' mean squared demand added to every error, so that an accidental near-zero error does not decide alone."""


def candidate_weights(errors: Floats, power: Floats, classes: Ints) -> Floats:
    """Return weights (C, N), each column summing to 1.

    errors: (C, N) mean squared back-test errors, NaN where a series could not be tested. power: (N,) mean squared demand. classes: (N,)
    demand class numbers. Series without a test follow their class, or weigh all candidates alike when the class has none either.

    >>> errors = np.array([[1.0, np.nan], [2.0, np.nan]])
    >>> candidate_weights(errors, np.ones(2), np.zeros(2, dtype=np.int64)).round(3).tolist()
    [[1.0, 0.5], [0.0, 0.5]]
    """
    floored_errors = errors + 1e-3 + NOISE_FLOOR * power
    excess = OWN_SHARE * (_against_best(floored_errors) - 1.0) + (1.0 - OWN_SHARE) * CLASS_GAIN * (
        _class_excess(floored_errors, classes) - 1.0
    )
    strength = np.exp(-SHARPNESS * (excess - excess.min(axis=0)))
    return np.asarray(strength / strength.sum(axis=0))


def _against_best(errors: Floats) -> Floats:
    """Return each candidate's error over the best one's, column by column; 1 where the column is unknown."""
    return np.asarray(np.where(np.isnan(errors), 1.0, errors / errors.min(axis=0)))


def _class_excess(errors: Floats, classes: Ints) -> Floats:
    """Return each candidate's mean relative error in the series' class over the class's best: (C, N), ones for small classes."""
    relative = errors / errors.mean(axis=0)
    excess = np.ones_like(errors)
    for number in DemandClass:
        is_member = classes == number
        is_tested = is_member & ~np.isnan(errors).any(axis=0)
        if is_tested.sum() >= CLASS_MINIMUM:
            mean = known_mean(relative[:, is_tested], axis=1)
            excess[:, is_member] = (mean / mean.min())[:, None]
    return excess
