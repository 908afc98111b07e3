"""The logistics documents of a run: efficiency by scope, capacity by resource, and the consolidation plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from kpi_engine.logistics.inputs.parameters import LogisticsParameters
from kpi_engine.logistics.report import LogisticsReport
from runtime.models.domain.runs import ForecastRun
from runtime.services.documents.json_rows import JsonObject
from runtime.services.logistics.capacity_rows import Key
from runtime.services.logistics.input_rows import InputRows
from runtime.services.logistics.resource_use import ResourceUse
from runtime.services.logistics.scopes import Level, Scope
from runtime.services.logistics.shipment_rows import TARIFF
from runtime.services.logistics.windows import BUSINESS_DAYS, EVERY_DAY

EFFICIENCY = "efficiency"
CAPACITY = "capacity"
CONSOLIDATION = "consolidation"
NAMED_LOADS = 5


@dataclass(frozen=True)
class ReportHead:
    """What every document of a run says about itself: the run, its window and inputs, what was assumed, and what is wrong."""

    run_id: str
    as_of_date: str
    horizon_days: int
    window: Mapping[str, object]
    inputs: Sequence[Mapping[str, object]]
    accuracy_basis: str | None
    cost_baseline: float | None
    assumptions: Sequence[str]
    warnings: Sequence[str]
    uses: Mapping[Key, ResourceUse]

    @classmethod
    def of(
        cls,
        run: ForecastRun,
        inputs: InputRows,
        uses: Mapping[Key, ResourceUse],
        cost_source: str | None,
        parameters: LogisticsParameters,
        accuracy_basis: str | None,
        n_skus_without_pallets: int,
    ) -> ReportHead:
        """Put the head together."""
        span = inputs.span
        window = {
            "start": span and span[0].isoformat(),
            "end": span and span[1].isoformat(),
            "business_days": BUSINESS_DAYS,
            "lines_by": "requested_date, else promised_date, confirmed_date or the day of the order",
            "shipments_by": "planned departure",
            "sites": [_describe_window(asdict(each)) for each in inputs.windows.values()],
        }
        return cls(
            run_id=str(run.id),
            as_of_date=run.as_of_date.isoformat(),
            horizon_days=run.horizon_days,
            window=window,
            inputs=[asdict(counts) for counts in inputs.counts],
            accuracy_basis=accuracy_basis,
            cost_baseline=parameters.cost.baseline_per_unit,
            assumptions=_list_assumptions(inputs, cost_source, parameters),
            warnings=_list_warnings(inputs, n_skus_without_pallets),
            uses=uses,
        )

    def as_dict(self) -> dict[str, object]:
        """Return the head for JSON, without the uses, which are in the rows of the capacity."""
        return {name: value for name, value in vars(self).items() if name != "uses"}


def build_documents(head: ReportHead, reports: Sequence[tuple[Scope, LogisticsReport]]) -> dict[str, dict[str, object]]:
    """Return the documents by name; the reports begin with that of the whole."""
    whole = reports[0][1].as_dict()
    warnings = [*head.warnings, *_warn_of_loads(whole["truck_utilization"]["implausible_loads"])]
    head = replace(head, warnings=warnings)
    plan = whole["truck_utilization"]["plan"]
    sites = _map_lanes([scope for scope, _ in reports])
    groups = [{"site_id": sites.get(group["lane_id"]), **group} for group in (plan or {}).get("groups", ())]
    totals = {name: value for name, value in plan.items() if name != "groups"} if plan else None
    reason = whole["undefined"].get("truck_utilization.plan")
    return {
        EFFICIENCY: head.as_dict() | {"scopes": [_describe_scope(scope, report.as_dict()) for scope, report in reports]},
        CAPACITY: head.as_dict()
        | {"overall": whole["capacity_overall"], "capacity": [_add_use(row, head.uses) for row in whole["capacity"]]}
        | {"undefined_reason": whole["undefined"].get("capacity_overall")},
        CONSOLIDATION: head.as_dict() | {"plan": totals, "undefined_reason": reason, "groups": groups},
    }


def _describe_window(window: Mapping[str, object]) -> dict[str, object]:
    return {name: str(value) if name in ("start", "end") else value for name, value in window.items()}


def _describe_scope(scope: Scope, report: JsonObject) -> dict[str, object]:
    """Return a scope with its report, without the rows that the other documents have."""
    trucks, plan = report["truck_utilization"], report["truck_utilization"]["plan"]
    plan_totals = plan and {name: value for name, value in plan.items() if name != "groups"}
    figures = {name: value for name, value in report.items() if name != "capacity"} | {"truck_utilization": {**trucks, "plan": plan_totals}}
    days = {"start": scope.start.isoformat(), "end": scope.end.isoformat(), "complete": scope.is_complete}
    names = {name: scope.names.get(name) for name in ("site_id", "lane_id", "iso_week")}
    return {"level": scope.level.value, **names, **days, **figures}


def _warn_of_loads(loads: Sequence[JsonObject]) -> list[str]:
    names = sorted({f"{load['shipment_id']} ({load['column']} {load['value']:g})" for load in loads})
    if not names:
        return []
    some = ", ".join(names[:NAMED_LOADS]) + (" ..." if len(names) > NAMED_LOADS else "")
    what = "1 load counts as unknown, for it is" if len(names) == 1 else f"{len(names):,} loads count as unknown, for they are"
    return [f"{what} likely in a unit a thousand times as large, such as tonnes: {some}"]


def _count_rows(count: int, dataset: str) -> str:
    return f"1 row of {dataset} is" if count == 1 else f"{count:,} rows of {dataset} are"


def _add_use(row: JsonObject, uses: Mapping[Key, ResourceUse]) -> dict[str, object]:
    use = uses.get((row["site_id"], row["resource"]))
    return {**row, "use_per_unit": use.per_unit if use else None, "use_basis": (use.basis or None) if use else None}


def _map_lanes(scopes: Sequence[Scope]) -> dict[str, str | None]:
    return {scope.names["lane_id"]: scope.names.get("site_id") for scope in scopes if scope.level is Level.LANE}


def _list_assumptions(inputs: InputRows, cost_source: str | None, parameters: LogisticsParameters) -> list[str]:
    every_day = [window.site_id for window in inputs.windows.values() if window.open_days == EVERY_DAY]
    texts = []
    if every_day:
        texts.append(f"Every day counts as a business day of {', '.join(every_day)}: site_master states no open_days.")
    if cost_source == TARIFF:
        texts.append(
            "No shipment states its cost: costs are cost_fixed and cost_km of the vehicle types and the kilometres of the shipment."
        )
    if parameters.cost.rates:
        rates = ", ".join(f"1 {name} = {rate:g} {parameters.cost.currency}" for name, rate in parameters.cost.rates)
        texts.append(f"Costs are in {parameters.cost.currency}, at the newest rates of fx_rates: {rates}.")
    if len(inputs.frames["capacity"]):
        hours, peak = parameters.capacity.opening_hours, parameters.capacity.peak_factor
        texts.append(f"Capacity per hour is that of {hours:g} hours a day; the peak hour has {peak:g} times the mean.")
        texts.append("The forecasts of SKUs are added up as if their errors were fully correlated, which never understates the risk.")
    return texts


def _list_warnings(inputs: InputRows, n_skus_without_pallets: int) -> list[str]:
    measured = {"orders", "shipments", "capacity", "inventory_snapshot"}
    texts = [
        f"{_count_rows(counts.quarantined, counts.dataset)} in quarantine and left out: the figures may be better or worse with them."
        for counts in inputs.counts
        if counts.quarantined and counts.dataset in measured
    ]
    texts += [f"The run has no rows of {counts.dataset}." for counts in inputs.counts if not counts.measured and counts.dataset in measured]
    texts += [
        f"{_count_rows(values.rows, values.dataset)} used without {values.column}, which could not be read or is out of its range."
        for values in inputs.unreadable
        if values.dataset in measured
    ]
    short = [window for window in inputs.windows.values() if window.business_days < BUSINESS_DAYS]
    texts += [f"{window.site_id} has {window.business_days} business days, not {BUSINESS_DAYS}." for window in short]
    if n_skus_without_pallets:
        skus = "1 SKU" if n_skus_without_pallets == 1 else f"{n_skus_without_pallets:,} SKUs"
        texts.append(f"The stock of {skus} is not in the storage: sku_master lacks the pallet size.")
    return texts
