"""Daily demand of every SKU at every site, and the sales where stock ran out.

All matrices are (SKU, day).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from local.sample.calendar import Days, Site, is_open, iso_weekdays
from local.sample.catalogue import Catalogue, Pattern

Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Units = npt.NDArray[np.int64]

WEEKDAY_PROFILE = np.array([1.15, 1.05, 0.95, 1.0, 1.2, 0.65, 0.3])
_NEGATIVE_BINOMIAL_SHAPE = {Pattern.ERRATIC: 1.3, Pattern.LUMPY: 0.7}


@dataclass(frozen=True)
class SiteDemand:
    """One site's demand (`units`) and sales, in units; sales are below demand only where stock_out is set."""

    site: Site
    days: Days
    units: Units
    sales: Units
    stock_out: Mask


def make_demand(rng: np.random.Generator, site: Site, days: Days, catalogue: Catalogue) -> SiteDemand:
    """Draw the demand of one site."""
    is_sold = _draw_lifetimes(rng, catalogue, days) & is_open(site, days)[None, :]
    mean_demand = _draw_mean(rng, site, days, catalogue) * is_sold
    units = _draw_units(rng, catalogue, mean_demand)
    stock_out = _draw_stock_outs(rng, units.shape) & (units > 0)
    sales = np.where(stock_out, np.floor(units * rng.uniform(0, 0.4, units.shape)), units).astype(np.int64)
    return SiteDemand(site, days, units, sales, stock_out)


def _draw_mean(rng: np.random.Generator, site: Site, days: Days, catalogue: Catalogue) -> Matrix:
    weekly = WEEKDAY_PROFILE[iso_weekdays(days) - 1]
    drift = 1 + rng.normal(0, 0.12, len(catalogue))[:, None] * np.linspace(-1, 1, len(days))[None, :]
    level = catalogue.base * site.volume * rng.lognormal(0, 0.25, len(catalogue))
    shape = weekly[None, :] * _draw_seasonality(rng, days, catalogue) * _draw_promotions(rng, len(catalogue), len(days)) * drift
    return np.asarray(level[:, None] * shape)


def _draw_seasonality(rng: np.random.Generator, days: Days, catalogue: Catalogue) -> Matrix:
    """Draw the annual profile: every SKU sells somewhat more before Christmas, a seasonal one has a strong season of its own."""
    seasonal = catalogue.mask(Pattern.SEASONAL)
    strength = np.where(seasonal, rng.uniform(0.5, 0.85, len(catalogue)), rng.uniform(0.02, 0.15, len(catalogue)))
    peak = np.where(seasonal, rng.uniform(0, 365.25, len(catalogue)), 335.0)
    day_of_year = (days - days.astype("datetime64[Y]")).astype(np.float64)
    return np.asarray(1 + strength[:, None] * np.cos(2 * np.pi * (day_of_year[None, :] - peak[:, None]) / 365.25))


def _draw_promotions(rng: np.random.Generator, skus: int, days: int) -> Matrix:
    """Draw about three promotions per SKU and year, of one or two weeks, that raise demand by 30 to 150 percent."""
    starts = rng.random((skus, days)) < 3 / 365
    first, second = _extend(starts, 7), _extend(starts & (rng.random((skus, days)) < 0.5), 14)
    uplift = rng.uniform(1.3, 2.5, skus)[:, None]
    return np.where(first | second, uplift, 1.0)


def _extend(starts: Mask, length: int) -> Mask:
    """Return the mask of `length` days from every start."""
    counts = np.cumsum(starts, axis=1)
    before = np.zeros_like(counts)
    before[:, length:] = counts[:, :-length]
    return counts > before


def _draw_units(rng: np.random.Generator, catalogue: Catalogue, mean_demand: Matrix) -> Units:
    """Draw units: nearly Poisson for smooth SKUs, gamma-mixed for erratic ones, rare for intermittent and lumpy ones."""
    shape = np.full(len(catalogue), 40.0)
    chance = np.ones(len(catalogue))
    for pattern, gamma_shape in _NEGATIVE_BINOMIAL_SHAPE.items():
        shape[catalogue.mask(pattern)] = gamma_shape
    chance[catalogue.mask(Pattern.INTERMITTENT)] = rng.uniform(0.08, 0.3, int(catalogue.mask(Pattern.INTERMITTENT).sum()))
    chance[catalogue.mask(Pattern.LUMPY)] = rng.uniform(0.02, 0.1, int(catalogue.mask(Pattern.LUMPY).sum()))
    size = np.where(catalogue.mask(Pattern.LUMPY), 6.0, 1.0)[:, None]
    gamma = rng.gamma(np.broadcast_to(shape[:, None], mean_demand.shape)) / shape[:, None]
    has_demand = rng.random(mean_demand.shape) < chance[:, None]
    return np.asarray(rng.poisson(mean_demand * size * gamma) * has_demand, dtype=np.int64)


def _draw_lifetimes(rng: np.random.Generator, catalogue: Catalogue, days: Days) -> Mask:
    """Draw the days on which each SKU is sold.

    New SKUs start 20 to 150 days before the end, discontinued ones end 190 to 420 days before it.
    """
    age = np.arange(len(days))[::-1]
    first_age, last_age = np.full(len(catalogue), len(days)), np.zeros(len(catalogue), dtype=np.int64)
    is_new, is_discontinued = catalogue.mask(Pattern.NEW), catalogue.mask(Pattern.DISCONTINUED)
    first_age[is_new] = np.linspace(20, 150, int(is_new.sum())).astype(np.int64)
    last_age[is_discontinued] = rng.integers(190, 420, int(is_discontinued.sum()))
    return (age[None, :] < first_age[:, None]) & (age[None, :] >= last_age[:, None])


def _draw_stock_outs(rng: np.random.Generator, shape: tuple[int, ...]) -> Mask:
    """Draw stock-outs of four days, on average one in ten months per series."""
    return _extend(rng.random(shape) < 1 / 300, 4)
