"""Properties of the generated demand: calendars, seasons, stock-outs, and the rows that are written from it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from local.sample.calendar import SITES, iso_weekdays, list_days
from local.sample.catalogue import SHARES, Catalogue, Pattern, make_catalogue
from local.sample.demand import SiteDemand, make_demand
from local.sample.history import make_history_rows
from local.sample.orders import make_order_lines

UNTIL = date(2026, 11, 21)
LEEDS, ROTTERDAM = SITES


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return make_catalogue(np.random.default_rng(3), 200)


@pytest.fixture(scope="module")
def demand(catalogue: Catalogue) -> SiteDemand:
    return make_demand(np.random.default_rng(4), ROTTERDAM, list_days(UNTIL), catalogue)


def test_every_pattern_has_its_share_of_the_catalogue(catalogue: Catalogue) -> None:
    for pattern, share in SHARES.items():
        assert catalogue.mask(pattern).sum() == round(200 * share)


def test_a_small_catalogue_has_every_pattern() -> None:
    catalogue = make_catalogue(np.random.default_rng(3), 1)
    assert sorted(catalogue.patterns) == sorted(str(pattern) for pattern in Pattern)
    assert len(set(catalogue.sku_ids)) == len(catalogue)


def test_nothing_is_demanded_while_the_site_is_closed(demand: SiteDemand) -> None:
    assert demand.units[:, iso_weekdays(demand.days) >= 6].sum() == 0
    assert demand.units[:, np.flatnonzero(demand.days == np.datetime64("2025-12-25"))].sum() == 0


def test_a_discontinued_sku_ends_and_a_new_one_starts_within_the_history(catalogue: Catalogue, demand: SiteDemand) -> None:
    is_new, is_discontinued = catalogue.mask(Pattern.NEW), catalogue.mask(Pattern.DISCONTINUED)
    assert demand.units[is_new, :-150].sum() == 0 < demand.units[is_new, -150:].sum()
    assert demand.units[is_discontinued, -190:].sum() == 0 < demand.units[is_discontinued, :-190].sum()


def test_a_stock_out_cuts_sales_to_less_than_half(demand: SiteDemand) -> None:
    assert demand.stock_out.any()
    assert (demand.sales[demand.stock_out] < 0.4 * demand.units[demand.stock_out]).all()
    assert (demand.sales[~demand.stock_out] == demand.units[~demand.stock_out]).all()


def test_seasonal_skus_vary_more_over_the_year_than_smooth_ones(catalogue: Catalogue, demand: SiteDemand) -> None:
    quarters = demand.units[:, -728:].reshape(len(catalogue), 8, 91).sum(axis=2)
    variation = quarters.std(axis=1) / quarters.mean(axis=1).clip(min=1)
    assert np.median(variation[catalogue.mask(Pattern.SEASONAL)]) > 2 * np.median(variation[catalogue.mask(Pattern.SMOOTH)])


def test_history_rows_hold_all_sales_before_the_last_day(catalogue: Catalogue, demand: SiteDemand) -> None:
    rows = make_history_rows(demand, catalogue, until_day=100)
    assert rows["quantity"].astype(int).sum() == demand.sales[:, :100].sum()
    assert rows["demand_date"].max() <= str(demand.days[99])
    assert rows["demand_date"].is_monotonic_increasing
    assert not rows.duplicated(["site_id", "sku_id", "demand_date"]).any()


def test_a_day_without_sales_has_a_row_only_for_a_stock_out(catalogue: Catalogue, demand: SiteDemand) -> None:
    rows = make_history_rows(demand, catalogue, until_day=len(demand.days))
    assert set(rows.loc[rows["quantity"] == "0", "stockout_flag"]) == {"true"}


def test_order_lines_are_numbered_within_their_order_and_cancellations_ship_nothing(catalogue: Catalogue, demand: SiteDemand) -> None:
    lines = make_order_lines(np.random.default_rng(5), demand, catalogue, last_days=28)
    assert not lines.duplicated(["order_id", "line_no"]).any()
    assert (
        lines.groupby("order_id")["line_no"].apply(lambda numbers: sorted(map(int, numbers))).map(lambda n: n == list(range(1, len(n) + 1)))
    ).all()
    cancellations = lines[lines["status"] == "CANCELLED_CUSTOMER"]
    assert 0 < len(cancellations) < 0.02 * len(lines)
    assert set(cancellations["shipped_qty"]) == {"0"}


def test_the_status_of_an_order_follows_its_age(catalogue: Catalogue, demand: SiteDemand) -> None:
    lines = make_order_lines(np.random.default_rng(5), demand, catalogue, last_days=28)
    lines = lines[lines["status"] != "CANCELLED_CUSTOMER"]
    age = (np.datetime64(UNTIL) - lines["order_ts"].str[:10].to_numpy().astype("datetime64[D]")).astype(int)
    assert {
        status: (int(age[lines["status"] == status].min()), int(age[lines["status"] == status].max())) for status in ("OPEN", "SHIPPED")
    } == {
        "OPEN": (1, 1),
        "SHIPPED": (2, 4),
    }
    assert (age[lines["status"] == "DELIVERED"] > 4).all()
