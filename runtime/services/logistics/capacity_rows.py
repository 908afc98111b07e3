"""Capacity of the coming days, the forecast that uses it, and the stock that fills the storage, as the logistics engine reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from kpi_engine.logistics.inputs.parameters import CapacityParameters
from runtime.services.logistics.resource_use import STORAGE, THROUGHPUT, ResourceUse, SiteActivity
from runtime.services.logistics.sku_measures import SkuMeasures

Key = tuple[str, str]
"""Site and resource."""
PER_HOUR = ("hour", "/h", "per h")
NO_STOCK = "no_stock_with_known_pallets"
SIZES = ("payload_kg", "volume_m3", "pallet_positions", "deck_ldm", "cost_fixed", "cost_km", "currency")


@dataclass(frozen=True)
class CapacityInputs:
    """Frames for the engine. uses: what one unit needs of each resource; a resource of which that is unknown is in no frame."""

    forecast: pd.DataFrame
    resources: pd.DataFrame
    stock: pd.DataFrame
    storage: pd.DataFrame
    uses: Mapping[Key, ResourceUse]

    def list_unknown(self) -> dict[Key, str]:
        """Return why the load of a resource is unknown."""
        return {key: use.reason for key, use in self.uses.items() if use.per_unit is None}


def build_forecast(forecast: pd.DataFrame, measures: SkuMeasures) -> pd.DataFrame:
    """Return the forecast with the sizes of one unit."""
    return forecast.assign(
        kg_per_unit=measures.look_up(forecast["sku_id"], "gross_kg"),
        m3_per_unit=measures.look_up(forecast["sku_id"], "volume_m3"),
        pallets_per_unit=1 / measures.units_per_pallet(forecast["sku_id"]),
    )


def build_capacity_inputs(
    capacity: pd.DataFrame,
    forecast: pd.DataFrame,
    stock: pd.DataFrame,
    activities: Mapping[str, SiteActivity],
    parameters: CapacityParameters,
    *,
    has_unreadable_availability: bool = False,
) -> CapacityInputs:
    """Match resources with what uses them: the forecast, or, for storage, the stock of the last snapshot of a site.

    stock: pallets by site and day, see `count_pallets`. With has_unreadable_availability a blank availability may be one that could not be
    read, such as 80 for 0.8: the capacity of that row is unknown, not all of what is rated.
    """
    if not len(capacity):
        return CapacityInputs(forecast, pd.DataFrame(), stock, pd.DataFrame(), {})
    rows = capacity[["site_id", "resource", "valid_date", "shift", "rated", "availability", "unit"]]
    is_hourly = rows["unit"].fillna("").str.lower().str.contains("|".join(PER_HOUR)) & (rows["resource"] == THROUGHPUT)
    rows = rows.assign(rated=rows["rated"].where(~is_hourly, rows["rated"] * parameters.opening_hours)).drop(columns="unit")
    if has_unreadable_availability:
        rows = rows.assign(rated=rows["rated"].where(rows["availability"].notna()))
    keys = sorted(set(zip(rows["site_id"], rows["resource"], strict=True)))
    uses = {key: _find_use(key, activities, stock, parameters) for key in keys}
    use = pd.Series([uses[key].per_unit for key in zip(rows["site_id"], rows["resource"], strict=True)], index=rows.index, dtype=float)
    is_storage = rows["resource"] == STORAGE
    resources = rows.assign(use_per_unit=use)
    return CapacityInputs(
        forecast=forecast,
        resources=resources[use.notna() & ~is_storage],
        stock=stock,
        storage=resources[use.notna() & is_storage],
        uses=uses,
    )


def count_pallets(inventory: pd.DataFrame, measures: SkuMeasures) -> tuple[pd.DataFrame, int]:
    """Return the pallets in stock at the last snapshot of each site, in the form of a forecast, and how many SKUs lack a pallet size.

    >>> rows = {"site_id": "LDS1", "sku_id": ["A", "B"], "on_hand": [480.0, 5.0], "day": pd.to_datetime(["2026-11-29"] * 2)}
    >>> measures = SkuMeasures(pd.DataFrame({"units_per_case": [12.0], "cases_per_pallet": [40.0]}, index=["A"]))
    >>> stock, n_unknown = count_pallets(pd.DataFrame(rows), measures)
    >>> stock["predicted_value"].tolist(), n_unknown
    ([1.0], 1)
    """
    if not len(inventory):
        return pd.DataFrame(columns=["site_id", "forecast_date", "predicted_value"]), 0
    newest = inventory[inventory["day"] == inventory.groupby("site_id")["day"].transform("max")]
    pallets = newest["on_hand"] / measures.units_per_pallet(newest["sku_id"])
    has_size = pallets.notna()
    rows_with_size = newest.assign(predicted_value=pallets, forecast_date=newest["day"])[has_size]
    totals = rows_with_size.groupby(["site_id", "forecast_date"])["predicted_value"].sum().reset_index()
    return totals, int(newest[~has_size]["sku_id"].nunique())


def select_vehicle_types(vehicle_types: pd.DataFrame) -> pd.DataFrame:
    """Return the vehicle types as rows of capacity_data, which name no resource."""
    if not len(vehicle_types):
        return pd.DataFrame()
    return vehicle_types[["vehicle_type", *SIZES]].assign(resource=None, rated=None)


def _find_use(key: Key, activities: Mapping[str, SiteActivity], stock: pd.DataFrame, parameters: CapacityParameters) -> ResourceUse:
    site, resource = key
    if resource == STORAGE:
        if site in set(stock["site_id"]):
            return ResourceUse(1.0, "pallets in stock at the last snapshot, each full")
        return ResourceUse(None, reason=NO_STOCK)
    activity = activities.get(site)
    return activity.use_of(resource, parameters) if activity else ResourceUse(None, reason="no_forecast_of_the_site")
