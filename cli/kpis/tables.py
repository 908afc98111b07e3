"""Tables of logistics KPIs. A figure that is not defined is a dash, and the reasons are below the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from runtime.services.documents.json_rows import JsonObject as Body

UNDEFINED = "-"
REASONS = {
    "no_data": "no rows of {names} are loaded",
    "missing_columns": "no row states {names}",
    "missing_values": "some rows do not state {names}",
    "several_currencies": "amounts are in several currencies and fx_rates do not convert them",
    "several_units_of_measure": "quantities are in several units of measure",
    "weight_coverage_below_60": "components with less than 60 % of the weight have a value",
    "no_component": "no component has a value",
    "no_observations": "no row counts",
    "no_emission_rate_or_distance": "no emission rate or distance is known",
    "no_data_set_states_hours_per_unit": "no data set states the hours of work for a unit",
    "no_data_set_has_inbound_shipments": "no data set has inbound shipments",
}
"""Reasons of the report in words; `names` are the data sets or columns that a reason names."""
EFFICIENCY_COLUMNS = ("OTIF", "unit fill", "trucks full", "used", "planned", "dwell P90", "cost", "score")


def render_efficiency(body: Body) -> RenderableType:
    """Return one row per scope, then the grade's points lost and levers of the first, and why its figures are not defined."""
    start, end = body["window"]["start"], body["window"]["end"]
    period = f"{start} to {end}" if start else "without a day of orders or shipments"
    table = Table(title=f"Logistics {period} (percent, minutes, cost of a unit)")
    table.add_column("scope", overflow="fold")
    for name in EFFICIENCY_COLUMNS:
        table.add_column(name, justify="right")
    for scope in body["scopes"]:
        table.add_row(escape(name_scope(scope)), *map(format_value, _list_figures(scope)))
    if not body["scopes"]:
        return table
    first = body["scopes"][0]
    return Group(table, *_describe_grade(first), *_list_reasons(first["undefined"]), *map(escape, body["assumptions"]))


def render_capacity(body: Body) -> RenderableType:
    """Return one row per resource, and the reasons of those whose load is unknown."""
    table = Table(title="Capacity beside the forecast")
    table.add_column("resource", no_wrap=True)
    for name in ("band", "peak", "headroom at peak %", "days over", "at P90", "first breach", "P(breach)"):
        table.add_column(name, justify="left" if name == "band" else "right")
    for row in body["capacity"]:
        figures = [row[name] for name in ("band", "peak", "headroom_pct", "days_over", "days_over_p90", "first_breach")]
        risk = UNDEFINED if row["p_breach"] is None else f"{row['p_breach']:.3f}"
        table.add_row(escape(f"{row['site_id']} {row['resource']}"), *map(format_value, figures), risk)
    if not body["capacity"]:
        return "No resource has a capacity on the days of the forecast, or none matches."
    unknown_loads = {f"{row['site_id']} {row['resource']}": row["undefined"]["peak"] for row in body["capacity"] if row["peak"] is None}
    return Group(table, *_list_reasons(unknown_loads))


def render_consolidation(body: Body) -> RenderableType:
    """Return the groups in which trucks could be saved, and the figures of the whole."""
    table = Table(title="Consolidation: lanes and days on which trucks could be saved")
    for name in ("lane", "day", "vehicle", "used", "least", "planned", "saving"):
        is_text = name in ("lane", "day", "vehicle")
        table.add_column(name, justify="left" if is_text else "right", no_wrap=True)
    for group in body["groups"]:
        if group["avoidable_trucks"]:
            counts = [str(group[name]) for name in ("trucks_used", "trucks_lower_bound", "trucks_planned")]
            names = (group["lane_id"], group["ship_date"], group["vehicle_type"])
            table.add_row(*map(escape, names), *counts, format_saving(group["saving"]))
    plan = body["plan"]
    if plan is None:
        return f"No plan: {escape(explain_reason(str(body['undefined_reason'])))}."
    whole = (
        f"Whole window: {plan['trucks_used']} trucks used, {plan['trucks_planned']} planned, at least {plan['trucks_lower_bound']}; "
        f"{plan['avoidable_trucks']} avoidable, saving {format_saving(plan['saving'])}."
    )
    return Group(table, escape(whole)) if plan["avoidable_trucks"] else escape(whole)


def name_scope(scope: Body) -> str:
    """Return what names a scope.

    >>> name_scope({"level": "week", "iso_week": "2026-W48", "site_id": None, "lane_id": None, "complete": False})
    '2026-W48 (part)'
    """
    name = str(scope["lane_id"] or scope["site_id"] or scope["iso_week"] or scope["level"])
    return name if scope["complete"] else f"{name} (part)"


def format_value(value: object) -> str:
    """Return a figure with two decimals, a text or a count as it is, and a dash for one that is not defined.

    >>> format_value(93.05678), format_value(12), format_value(None)
    ('93.06', '12', '-')
    """
    if value is None:
        return UNDEFINED
    return f"{value:z,.2f}" if isinstance(value, float) else str(value)


def format_saving(saving: Body) -> str:
    """Return the money that is saved, or a dash.

    >>> format_saving({"money": 150.0, "currency": "EUR"})
    '150.00 EUR'
    """
    return UNDEFINED if saving["money"] is None else f"{saving['money']:,.2f} {saving['currency'] or ''}".rstrip()


def _list_figures(scope: Body) -> list[object]:
    otif, fill, trucks = scope["otif"] or {}, scope["fill_rate"], scope["truck_utilization"]
    plan, dwell, cost, score = trucks["plan"] or {}, scope["dwell"] or {}, scope["cost_per_unit"] or {}, scope["efficiency_score"]
    grade = None if score["score"] is None else f"{score['score']:.0f} {score['grade'] or UNDEFINED}"
    trucks_used, trucks_planned = plan.get("trucks_used"), plan.get("trucks_planned")
    price = None if cost.get("per_unit") is None else f"{cost['per_unit']:,.2f} {cost['currency'] or ''}".rstrip()
    return [
        otif.get("otif"),
        fill["unit"],
        trucks["mean_binding"],
        trucks_used,
        trucks_planned,
        dwell.get("p90"),
        price,
        grade,
    ]


def _describe_grade(scope: Body) -> Iterable[str]:
    score = scope["efficiency_score"]
    points_lost = [(row["points_lost"], row["name"]) for row in score["components"] if row["points_lost"]]
    if points_lost:
        yield "Points lost: " + ", ".join(f"{name} {points:.1f}" for points, name in sorted(points_lost, reverse=True))
    if points_lost and score["grade"] and not score["next_grade_levers"]:
        yield "No single component lifts the score to the next grade."
    for lever in score["next_grade_levers"][:1]:
        yield f"Next grade {lever['grade']}: {lever['component']} from {lever['from']:.1f} to {lever['to']:.1f} {lever['unit']}"


def explain_reason(reason: str) -> str:
    """Return a reason of the report in words; one that is not known here as it is.

    >>> explain_reason("no_data: shipments"), explain_reason("missing_columns: delivered_ts")
    ('no rows of shipments are loaded', 'no row states delivered_ts')
    """
    code, _, names = reason.partition(": ")
    return REASONS.get(code, reason).format(names=names)


def _list_reasons(reasons: Mapping[str, str]) -> Iterable[str]:
    """Yield one line for each reason with the figures that have it."""
    paths: dict[str, list[str]] = {}
    for path, reason in sorted(reasons.items()):
        paths.setdefault(reason, []).append(path)
    return (escape(f"Not defined, {explain_reason(reason)}: {', '.join(names)}") for reason, names in paths.items())
