"""The catalogue of a run: SKUs, sites and lanes. Null: nobody stated it, or there is nothing to compute it from."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from runtime.models.api.responses import ListMeta, Page


class CatalogueFigures(BaseModel):
    """What the run read and forecast of a SKU or a site. Quantities are units."""

    first_actual_date: date | None = Field(description="First day with a row of demand.")
    last_actual_date: date | None = Field(description="Last day whose demand is known.")
    last_demand_date: date | None = Field(description="Last day with demand above zero.")
    known_days_percent: float | None = Field(description="Share of the days of the history whose demand is known, 0 to 100.")
    recent_units: float | None = Field(description="Demand of the 28 days before the run.")
    forecast_units: float | None = Field(description="Mean forecast of the 28 days after the run.")
    series_forecast: int = Field(description="Series (SKU at a site) with a forecast.")
    series_excluded: int = Field(description="Series that the run excluded.")


class SkuRow(CatalogueFigures):
    """One SKU. `demand_class` is smooth, intermittent, erratic or lumpy (Syntetos-Boylan); `wape` is that of `wape_basis`, percent."""

    sku_id: str
    description: str | None
    status: str | None
    categories: list[str] = Field(description="Categories of the data set sku_master, the coarsest first.")
    uom: str | None
    site_ids: list[str]
    model: str | None = Field(description="Forecaster.")
    excluded_codes: list[str] | None = Field(description="Why series of the SKU have no forecast.")
    demand_class: str | None
    wape: float | None
    wape_basis: str | None = Field(description="ACTUALS, or BACKTEST until there are any.")


class SiteRow(CatalogueFigures):
    """One site."""

    site_id: str
    name: str | None
    time_zone: str | None
    country: str | None
    skus: int


class LaneRow(BaseModel):
    """One transport lane, of the data set lane_master or of shipments."""

    lane_id: str
    origin_id: str | None
    destination_id: str | None
    distance_km: float | None
    transit_days: float | None
    carrier_id: str | None
    shipments: int = Field(description="Shipments that the run read.")
    last_departure_date: date | None


class SkusResponse(BaseModel):
    """SKUs by id."""

    skus: list[SkuRow]
    page: Page
    meta: ListMeta


class SkuResponse(SkuRow):
    """One SKU, as a run saw it."""

    run_id: UUID
    as_of_date: date


class SitesResponse(BaseModel):
    """Sites by id."""

    sites: list[SiteRow]
    page: Page
    meta: ListMeta


class LanesResponse(BaseModel):
    """Lanes by id."""

    lanes: list[LaneRow]
    page: Page
    meta: ListMeta
