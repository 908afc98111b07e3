"""From back-test errors to the weight of every candidate in every series.

A series' own errors are few and noisy; those of its demand class are many and blunt. Each has half a say.
"""

from __future__ import annotations

import numpy as np

from forecast_engine.arrays import known_mean
from kpi_engine.shared.arrays import Floats, Ints
from kpi_engine.shared.demand_class import DemandClass

SHARPNESS = 20.0
"""Softmax gain: a candidate whose error is 10 % above the best has weight exp(-20 * 0.1 / 2) of the best's, by the series' own say."""
OWN_SHARE = 0.5
CLASS_GAIN = 2.0
"""Class errors are averages over many series and differ less; this lets them speak as loudly."""
CLASS_MINIMUM = 5
"""Series a class needs before its mean error is trusted."""
NOISE_FLOOR = 0.05
"""Share of a series' mean squared demand added to every error, so that a lucky near-zero error does not decide alone."""


def candidate_weights(errors: Floats, power: Floats, classes: Ints) -> Floats:
    """Weights (C, N), each column summing to 1.

    errors: (C, N) mean squared back-test errors, NaN where a series could not be tested. power: (N,) mean squared demand. classes: (N,)
    demand class numbers. Series without a test follow their class, or weigh all candidates alike when the class has none either.

    >>> errors = np.array([[1.0, np.nan], [2.0, np.nan]])
    >>> candidate_weights(errors, np.ones(2), np.zeros(2, dtype=np.int64)).round(3).tolist()
    [[1.0, 0.5], [0.0, 0.5]]
    """
    damped = errors + 1e-3 + NOISE_FLOOR * power
    excess = OWN_SHARE * (_against_best(damped) - 1.0) + (1.0 - OWN_SHARE) * CLASS_GAIN * (_class_excess(damped, classes) - 1.0)
    strength = np.exp(-SHARPNESS * (excess - excess.min(axis=0)))
    return np.asarray(strength / strength.sum(axis=0))


def _against_best(errors: Floats) -> Floats:
    """Each candidate's error over the best one's, column by column; 1 where the column is unknown."""
    return np.asarray(np.where(np.isnan(errors), 1.0, errors / errors.min(axis=0)))


def _class_excess(errors: Floats, classes: Ints) -> Floats:
    """Each candidate's mean relative error in the series' class over the class's best: (C, N), ones for small classes."""
    relative = errors / errors.mean(axis=0)
    excess = np.ones_like(errors)
    for number in DemandClass:
        members = classes == number
        tested = members & ~np.isnan(errors).any(axis=0)
        if tested.sum() >= CLASS_MINIMUM:
            mean = known_mean(relative[:, tested], axis=1)
            excess[:, members] = (mean / mean.min())[:, None]
    return excess
