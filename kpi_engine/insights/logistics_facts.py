"""What the logistics step of a run measured and what rules judge: resources, service, trucks, costs and stock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from kpi_engine.insights.json_values import JsonDocument
from kpi_engine.shared.split_normal import SplitNormal


@dataclass(frozen=True)
class ResourceDay:
    """Expected load and capacity of a resource on one day, in its own unit; p10, p90 None without an interval of the forecast."""

    date: date
    load: float
    p10: float | None
    p90: float | None
    capacity: float

    @property
    def distribution(self) -> SplitNormal:
        """The distribution of the load."""
        return SplitNormal.of(self.load, self.p10, self.p90)


@dataclass(frozen=True)
class SkuLoad:
    """Units of one SKU, or of `count` others together, on the peak day and on the mean day."""

    sku_id: str
    units: float
    usual_units: float
    count: int = 1


@dataclass(frozen=True, kw_only=True)
class ResourceFacts:
    """One resource of a site on the days of the forecast.

    use_per_unit: what a forecast unit needs of it. peak: the day that its SKUs explain. extra_unit_price: of one unit of it more for a day.
    """

    site_id: str
    resource: str
    use_per_unit: float
    use_basis: str
    days: tuple[ResourceDay, ...]
    peak: date
    skus: tuple[SkuLoad, ...] = ()
    extra_unit_price: float | None = None
    currency: str | None = None


@dataclass(frozen=True, kw_only=True)
class ServiceFacts:
    """Service of a site, or of one of its lanes, in the window; percentages 0..100, None where undefined.

    orders: of which the outcome is known. lines: with a known shipped quantity.
    """

    site_id: str | None
    lane_id: str | None
    orders: int
    otif: float | None
    on_time: float | None
    in_full: float | None
    lines: int
    unit_fill: float | None
    line_fill: float | None


@dataclass(frozen=True, kw_only=True)
class CostWeek:
    """What the shipments of one complete ISO week cost: per unit shipped, in total, and by kind of cost."""

    iso_week: str
    first_day: date
    last_day: date
    per_unit: float
    total: float
    by_cost: Mapping[str, float]

    @property
    def units(self) -> float:
        """Units shipped."""
        return self.total / self.per_unit


@dataclass(frozen=True, kw_only=True)
class StockFacts:
    """The stock of one SKU at a site beside the demand of the days that it must last."""

    site_id: str
    sku_id: str
    stock: float
    lead_days: int
    demand: float
    demand_p90: float | None
    expected_short: float
    empty_day: date | None
    daily_demand: float
    cover_days: float | None
    excess: float

    @property
    def short(self) -> float:
        """What is missing to the high end of the demand, 0 when the stock suffices."""
        return max(0.0, (self.demand if self.demand_p90 is None else self.demand_p90) - self.stock)


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Prices in one currency; None where none is loaded. margins: of one unit, by SKU."""

    currency: str | None = None
    expedite_cost_per_unit: float | None = None
    overtime_cost_per_unit: float | None = None
    penalty_per_order: float | None = None
    shortage_cost_per_unit: float | None = None
    margins: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LogisticsFacts:
    """The logistics of a run. first_day, last_day: the window that was measured, None without orders and shipments.

    groups: the consolidation plan, as it is stored. trips_planned, trips_left: how many trips the plan covers, and how many it leaves out.
    stock_judged: how many SKUs of sites have a stock, a lead time and a forecast. targets: of service, in percent.
    """

    first_day: date | None = None
    last_day: date | None = None
    resources: tuple[ResourceFacts, ...] = ()
    unknown_resources: Mapping[str, str] = field(default_factory=dict)
    sites: tuple[ServiceFacts, ...] = ()
    lanes: tuple[ServiceFacts, ...] = ()
    targets: Mapping[str, float] = field(default_factory=dict)
    groups: tuple[JsonDocument, ...] = ()
    trips_planned: int = 0
    trips_left: int = 0
    cost_weeks: tuple[CostWeek, ...] = ()
    currency: str | None = None
    baseline_per_unit: float | None = None
    stock: tuple[StockFacts, ...] = ()
    spare_stock: Mapping[tuple[str, str], float] = field(default_factory=dict)
    stock_judged: int = 0
    snapshot_days: Mapping[str, date] = field(default_factory=dict)
    most_cover_days: float = 90.0
    prices: Prices = field(default_factory=Prices)
    undefined: Mapping[str, str] = field(default_factory=dict)
