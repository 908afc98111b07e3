"""Response models of the routes that serve what the logistics engine measured."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field

from runtime.models.api.responses import ListMeta, Page

Reasons = dict[str, str]


class SiteWindowBody(BaseModel):
    """The days of one site that are measured."""

    site_id: str
    start: date
    end: date = Field(description="The last day of which the data of the site is complete.")
    business_days: int
    open_days: str = Field(description="Days of the week on which the site works: 1 is Monday.")


class WindowBody(BaseModel):
    """The days that are measured: the last 30 complete business days of each site."""

    start: date | None
    end: date | None
    business_days: int
    lines_by: str = Field(description="The day by which an order line belongs to the window.")
    shipments_by: str
    sites: list[SiteWindowBody]


class DatasetCountsBody(BaseModel):
    """The rows of one data set."""

    dataset: str
    measured: int
    quarantined: int = Field(description="Rows of the run that are in quarantine, so that no figure counts them.")


class Head(BaseModel):
    """What was measured, from what, and what was assumed."""

    horizon_days: int
    window: WindowBody
    inputs: list[DatasetCountsBody]
    accuracy_basis: str | None = Field(description="Basis of the forecast accuracy in the grade: ACTUALS or BACKTEST.")
    cost_baseline: float | None = Field(
        None, description="Cost per unit that the grade compares with, in the currency of the costs (setting `costBaseline`)."
    )
    assumptions: list[str]
    page: Page
    meta: ListMeta


class FillRateBody(BaseModel):
    """Fill rates in percent."""

    unit: float | None
    case: float | None
    line: float | None
    order: float | None
    value: float | None
    basis: str
    n_lines: int
    n_orders: int
    broken_cases: int | None
    n_excluded: dict[str, int]


class OtifBody(BaseModel):
    """On time in full, in percent, with the four parameters it depends on."""

    otif: float | None
    on_time: float | None
    in_full: float | None
    perfect_order: float | None
    level: str
    date_basis: str
    early_tolerance_days: int | None
    late_tolerance_days: int
    quantity_tolerance_percent: float
    as_of: date | None
    n_lines: int
    n_orders: int
    n_excluded: dict[str, int]


class PlanBody(BaseModel):
    """Trucks used, the fewest possible and those of the plan: lower bound <= planned <= used."""

    trucks_used: int
    trucks_lower_bound: int
    trucks_planned: int
    gap: int
    avoidable_trucks: int
    avoidable_percent: float | None
    saving: dict[str, object]
    shift_days: int
    not_planned: dict[str, int] = Field(description="Trips that stay as they are, by reason.")


class TruckUtilisationBody(BaseModel):
    """Load in percent of the capacity, by dimension."""

    weight: float | None
    cube: float | None
    pallet: float | None
    ldm: float | None
    binding: dict[str, object]
    mean_binding: float | None
    share_below_low: float | None
    low_percent: float
    load_factor_with_empty_km: float | None
    trips: int
    overload: list[dict[str, object]]
    quarantined: list[dict[str, object]]
    implausible_loads: list[dict[str, object]] = Field(description="Loads that count as unknown, for they are likely in another unit.")
    n_excluded: dict[str, int]
    plan: PlanBody | None


class ComponentBody(BaseModel):
    """One component of the score."""

    name: str
    value: float | None
    floor: float
    target: float
    weight: float
    unit: str
    score: float | None
    points_lost: float | None


class EfficiencyScoreBody(BaseModel):
    """The score 0..100, its grade, and the changes that would lift the grade."""

    score: float | None
    grade: str | None
    weight_coverage: float
    components: list[ComponentBody]
    next_grade_levers: list[dict[str, object]]


class ScopeBody(BaseModel):
    """What was measured of one part of the operation."""

    level: str = Field(description="total, site, lane or week.")
    site_id: str | None
    lane_id: str | None
    iso_week: str | None
    start: date
    end: date
    complete: bool = Field(description="Every day of it lies in the window.")
    fill_rate: FillRateBody
    otif: OtifBody | None
    truck_utilization: TruckUtilisationBody
    dwell: dict[str, object] | None
    cost_per_unit: dict[str, object] | None
    capacity_overall: dict[str, object] | None
    efficiency_score: EfficiencyScoreBody
    undefined: Reasons = Field(description="Why each null is null, by its path.")
    n_excluded: dict[str, int]
    definitions_version: str


class EfficiencyResponse(Head):
    """The scopes: the whole first, then sites, lanes and ISO weeks."""

    scopes: list[ScopeBody]


class CapacityDayBody(BaseModel):
    """One day of a resource, in its own unit."""

    date: date
    demand: float
    demand_p10: float | None
    demand_p90: float | None
    capacity: float
    headroom_pct: float | None
    p_breach: float | None = Field(description="Probability of a demand above the capacity, 0..1.")
    band: str


class ResourceBody(BaseModel):
    """One resource of one site."""

    resource: str
    site_id: str
    vehicle_type: str | None
    n_days: int
    mean_utilisation: float | None
    peak: float | None
    peak_date: str | None
    headroom_pct: float | None
    band: str | None
    days_over: int | None
    days_over_p90: int | None
    overflow_units: float | None
    overflow_units_p90: float | None
    first_breach: str | None
    first_breach_p90: str | None
    p_breach: float | None
    needs: dict[str, int | None] | None = Field(alias="needed")
    days: list[CapacityDayBody]
    undefined: Reasons
    use_per_unit: float | None = Field(description="What one forecast unit needs of the resource.")
    use_basis: str | None = Field(description="What that was measured by.")


class CapacityResponse(Head):
    """The resources, by site and name."""

    capacity: list[ResourceBody]
    overall: dict[str, object] | None
    undefined_reason: str | None


class GroupBody(BaseModel):
    """The plan of one lane, day, vehicle type and class of goods."""

    site_id: str | None
    lane_id: str
    ship_date: str
    last_ship_date: str
    temp_class: str | None
    hazmat: bool
    exclusive_customer: str | None
    vehicle_type: str
    shipments: int
    trucks_used: int
    trucks_lower_bound: int
    l1: int
    l2: int
    trucks_planned: int
    gap: int
    avoidable_trucks: int
    binding: str
    saving: dict[str, object]
    cancelled_trips: list[str]
    loads: list[dict[str, object]]


class ConsolidationResponse(Head):
    """The groups, in order of lane and day, and the figures of all of them."""

    groups: list[GroupBody]
    plan: PlanBody | None
    undefined_reason: str | None
