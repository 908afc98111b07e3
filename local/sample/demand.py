"""Daily demand of every SKU at every site: what customers wanted, and what was sold where stock ran out.

All matrices are (SKU, day).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from local.sample.calendar import Days, Site, is_open, weekdays
from local.sample.catalogue import Catalogue, Pattern

Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Units = npt.NDArray[np.int64]

WEEKDAY_PROFILE = np.array([1.15, 1.05, 0.95, 1.0, 1.2, 0.65, 0.3])
_NEGATIVE_BINOMIAL_SHAPE = {Pattern.ERRATIC: 1.3, Pattern.LUMPY: 0.7}


@dataclass(frozen=True)
class SiteDemand:
    """One site's demand. sold is below wanted only where stock_out is set."""

    site: Site
    days: Days
    wanted: Units
    sold: Units
    stock_out: Mask


def make_demand(rng: np.random.Generator, site: Site, days: Days, catalogue: Catalogue) -> SiteDemand:
    """Draw the demand of one site."""
    sells = _lifetime(rng, catalogue, days) & is_open(site, days)[None, :]
    expected = _expected(rng, site, days, catalogue) * sells
    wanted = _draw(rng, catalogue, expected)
    stock_out = _stock_outs(rng, wanted.shape) & (wanted > 0)
    sold = np.where(stock_out, np.floor(wanted * rng.uniform(0, 0.4, wanted.shape)), wanted).astype(np.int64)
    return SiteDemand(site, days, wanted, sold, stock_out)


def _expected(rng: np.random.Generator, site: Site, days: Days, catalogue: Catalogue) -> Matrix:
    weekly = WEEKDAY_PROFILE[weekdays(days) - 1]
    drift = 1 + rng.normal(0, 0.12, len(catalogue))[:, None] * np.linspace(-1, 1, len(days))[None, :]
    level = catalogue.base * site.volume * rng.lognormal(0, 0.25, len(catalogue))
    shape = weekly[None, :] * _annual(rng, days, catalogue) * _promotions(rng, len(catalogue), len(days)) * drift
    return np.asarray(level[:, None] * shape)


def _annual(rng: np.random.Generator, days: Days, catalogue: Catalogue) -> Matrix:
    """Everybody sells somewhat more before Christmas; seasonal SKUs have a strong season of their own."""
    seasonal = catalogue.having(Pattern.SEASONAL)
    strength = np.where(seasonal, rng.uniform(0.5, 0.85, len(catalogue)), rng.uniform(0.02, 0.15, len(catalogue)))
    peak = np.where(seasonal, rng.uniform(0, 365.25, len(catalogue)), 335.0)
    day_of_year = (days - days.astype("datetime64[Y]")).astype(np.float64)
    return np.asarray(1 + strength[:, None] * np.cos(2 * np.pi * (day_of_year[None, :] - peak[:, None]) / 365.25))


def _promotions(rng: np.random.Generator, skus: int, days: int) -> Matrix:
    """About three promotions per SKU and year, of one or two weeks, that lift demand by 30 to 150 percent."""
    starts = rng.random((skus, days)) < 3 / 365
    first, second = _runs(starts, 7), _runs(starts & (rng.random((skus, days)) < 0.5), 14)
    uplift = rng.uniform(1.3, 2.5, skus)[:, None]
    return np.where(first | second, uplift, 1.0)


def _runs(starts: Mask, length: int) -> Mask:
    """Stretch every start over the days that follow it."""
    counts = np.cumsum(starts, axis=1)
    before = np.zeros_like(counts)
    before[:, length:] = counts[:, :-length]
    return counts > before


def _draw(rng: np.random.Generator, catalogue: Catalogue, expected: Matrix) -> Units:
    """Count units: nearly Poisson for calm SKUs, gamma-mixed for erratic ones, rare for intermittent and lumpy ones."""
    shape = np.full(len(catalogue), 40.0)
    chance = np.ones(len(catalogue))
    for pattern, wild in _NEGATIVE_BINOMIAL_SHAPE.items():
        shape[catalogue.having(pattern)] = wild
    chance[catalogue.having(Pattern.INTERMITTENT)] = rng.uniform(0.08, 0.3, int(catalogue.having(Pattern.INTERMITTENT).sum()))
    chance[catalogue.having(Pattern.LUMPY)] = rng.uniform(0.02, 0.1, int(catalogue.having(Pattern.LUMPY).sum()))
    size = np.where(catalogue.having(Pattern.LUMPY), 6.0, 1.0)[:, None]
    mixed = rng.gamma(np.broadcast_to(shape[:, None], expected.shape)) / shape[:, None]
    happens = rng.random(expected.shape) < chance[:, None]
    return np.asarray(rng.poisson(expected * size * mixed) * happens, dtype=np.int64)


def _lifetime(rng: np.random.Generator, catalogue: Catalogue, days: Days) -> Mask:
    """New SKUs start 20 to 150 days before the end; discontinued ones ended 190 to 420 days before it."""
    age = np.arange(len(days))[::-1]
    started, ended = np.full(len(catalogue), len(days)), np.zeros(len(catalogue), dtype=np.int64)
    new, gone = catalogue.having(Pattern.NEW), catalogue.having(Pattern.DISCONTINUED)
    started[new] = np.linspace(20, 150, int(new.sum())).astype(np.int64)
    ended[gone] = rng.integers(190, 420, int(gone.sum()))
    return (age[None, :] < started[:, None]) & (age[None, :] >= ended[:, None])


def _stock_outs(rng: np.random.Generator, shape: tuple[int, ...]) -> Mask:
    """Four days without stock, on average once in ten months per series."""
    return _runs(rng.random(shape) < 1 / 300, 4)
