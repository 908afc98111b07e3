"""Read what the logistics step of a run stored, as the facts that rules judge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import date, timedelta
from uuid import UUID

from contracts.paths import logistics_report_key
from kpi_engine.insights.json_values import JsonDocument
from kpi_engine.insights.logistics_facts import (
    CostWeek,
    LogisticsFacts,
    Prices,
    ResourceDay,
    ResourceFacts,
    ServiceFacts,
    SkuLoad,
    StockFacts,
)
from runtime.errors import NotFound
from runtime.services.object_ports import Lake

TARGETS = ("otif", "unit_fill")
"""Components of the efficiency grade whose targets the service of a site is compared with."""


def read_logistics(lake: Lake, run_id: UUID) -> LogisticsFacts | None:
    """Return the facts of a run, None when it has no logistics report."""
    try:
        efficiency, capacity, consolidation, risks = (
            lake.read_json(logistics_report_key(run_id, name)) for name in ("efficiency", "capacity", "consolidation", "risks")
        )
    except NotFound:
        return None
    scopes, window, plan, stock = efficiency["scopes"], efficiency["window"], consolidation["plan"], risks["stock"]
    whole = scopes[0]
    cost = whole["cost_per_unit"]
    return LogisticsFacts(
        first_day=_parse(window["start"]),
        last_day=_parse(window["end"]),
        resources=tuple(_list_resources(capacity["capacity"], risks["peaks"])),
        unknown_resources={
            f"{row['site_id']} {row['resource']}": next(iter(row["undefined"].values()), "")
            for row in capacity["capacity"]
            if not row["days"]
        },
        sites=tuple(_service_facts(each) for each in scopes if each["level"] == "site"),
        lanes=tuple(_service_facts(each) for each in scopes if each["level"] == "lane"),
        targets=_list_targets(whole["efficiency_score"]["components"]),
        groups=tuple(consolidation["groups"]),
        trips_planned=plan["trucks_used"] if plan else 0,
        trips_left=sum(plan["not_planned"].values()) if plan else 0,
        cost_weeks=tuple(_list_weeks(scopes)),
        currency=cost["currency"] if cost else None,
        baseline_per_unit=efficiency.get("cost_baseline"),
        stock=tuple(_stock_facts(row) for row in stock["rows"]),
        spare_stock={(row["site_id"], row["sku_id"]): row["units"] for row in stock["spare"]},
        stock_judged=stock["judged"],
        snapshot_days={site: date.fromisoformat(day) for site, day in stock["snapshot_days"].items()},
        most_cover_days=stock["parameters"]["most_cover_days"],
        prices=Prices(**{each.name: risks["prices"][each.name] for each in fields(Prices)}),
        undefined={**whole["undefined"], **_explain_stock(stock)},
    )


def _parse(day: str | None) -> date | None:
    return date.fromisoformat(day) if day else None


def _list_resources(rows: Sequence[JsonDocument], peaks: Sequence[JsonDocument]) -> Iterator[ResourceFacts]:
    by_resource = {(peak["site_id"], peak["resource"]): peak for peak in peaks}
    for row in rows:
        peak = by_resource.get((row["site_id"], row["resource"]))
        if row["days"] and peak and row["use_per_unit"]:
            yield ResourceFacts(
                site_id=row["site_id"],
                resource=row["resource"],
                use_per_unit=row["use_per_unit"],
                use_basis=row["use_basis"] or "",
                days=tuple(_resource_day(day) for day in row["days"]),
                peak=date.fromisoformat(peak["date"]),
                skus=tuple(SkuLoad(**load) for load in peak["skus"]),
                extra_unit_price=peak["extra_unit_price"],
                currency=peak["currency"],
            )


def _resource_day(day: JsonDocument) -> ResourceDay:
    return ResourceDay(date.fromisoformat(day["date"]), day["demand"], day["demand_p10"], day["demand_p90"], day["capacity"])


def _service_facts(scope: JsonDocument) -> ServiceFacts:
    otif, fill = scope["otif"] or {}, scope["fill_rate"]
    return ServiceFacts(
        site_id=scope["site_id"],
        lane_id=scope["lane_id"],
        orders=otif.get("n_orders", 0),
        otif=otif.get("otif"),
        on_time=otif.get("on_time"),
        in_full=otif.get("in_full"),
        lines=fill["n_lines"],
        unit_fill=fill["unit"],
        line_fill=fill["line"],
    )


def _list_targets(components: Sequence[JsonDocument]) -> dict[str, float]:
    rows = [row for row in components if row["name"] in TARGETS]
    return {row["name"]: row["target"] for row in rows} | {f"{row['name']}_floor": row["floor"] for row in rows}


def _list_weeks(scopes: Sequence[JsonDocument]) -> Iterator[CostWeek]:
    for scope in scopes:
        cost = scope["cost_per_unit"]
        if scope["level"] == "week" and scope["complete"] and cost and cost["per_unit"]:
            first_day = date.fromisoformat(scope["start"])
            yield CostWeek(
                iso_week=scope["iso_week"],
                first_day=first_day,
                last_day=first_day + timedelta(days=6),
                per_unit=cost["per_unit"],
                total=cost["total"],
                by_cost=cost["by_cost"],
            )


def _stock_facts(row: JsonDocument) -> StockFacts:
    return StockFacts(**{**row, "empty_day": _parse(row["empty_day"])})


def _explain_stock(stock: JsonDocument) -> dict[str, str]:
    reasons = [f"{count:,} {name.replace('_', ' ')}" for name, count in stock["not_judged"].items() if count]
    return {"stock": ", ".join(reasons)} if reasons else {}
