"""Insights as text for a terminal of up to 100 columns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.constrain import Constrain
from rich.markup import escape
from rich.table import Table

from cli.insights.records import ImpactRecord, InsightPage, InsightRecord
from cli.run_history import SHORT_ID
from kpi_engine.insights.terms import InsightCategory

WIDTH = 100
MOST_TODAY = 5
OLD_DAYS = 3
"""A run knows the day before it, and a day late is usual."""
COLOURS = {"CRITICAL": "bold red", "HIGH": "red", "MEDIUM": "yellow", "LOW": "dim"}
MONEY_REASONS = {
    "currency_missing": "sku_master states no margins in one currency",
    "no_prices": "no prices are loaded",
    "rows_have_no_price": "rows have no price",
    "files_have_no_price": "a file has no price",
    "days_have_no_price": "a day inside or outside of an interval has no price",
    "error_has_no_price": "a unit of forecast error has no price",
    "no_price_of_work_above_capacity": "cost_rates lacks EXPEDITE or OVERTIME of units",
    "no_rate_or_distance_of_every_trip": "a rate of a vehicle type or a distance is missing",
    "no_penalty_per_order": "cost_rates lacks ORDER_PENALTY of orders",
    "no_price_of_a_shortage": "cost_rates lacks SHORTAGE of units, and a margin is missing",
    "no_price_of_stock": "no price of stock that lies too long is loaded",
}
CATEGORIES = frozenset(InsightCategory)


def render_today(page: InsightPage, today: date | None = None) -> RenderableType:
    """Return the first things to do, each with cause, size, owner, deadline and the next command; that the data is old before all."""
    insights = [insight for insight in page["insights"] if insight["is_pushed"]][:MOST_TODAY]
    day = page["meta"]["as_of_date"]
    age = list(_state_age(page, today or datetime.now(UTC).date()))
    if not insights:
        return limit_width(*age, *explain_emptiness(page))
    number = f"{len(insights)} thing{'' if len(insights) == 1 else 's'} to do"
    blocks: list[RenderableType] = [*age, f"[bold]{number}[/], from data to {day}"]
    for place, insight in enumerate(insights, start=1):
        blocks += ["", *_render_task(place, insight)]
    more = len(page["insights"]) - len(insights)
    others = " and others" if page["page"]["has_more"] else ""
    return limit_width(
        *blocks, "", f"{more} more{others}: ./signify insights" if more else "Nothing else is open.", *_list_gaps(page), *_name_muted(page)
    )


def _state_age(page: InsightPage, today: date) -> Iterator[str]:
    """Yield that the data is old, and what to do, when its last day is so long ago that what it says may be over."""
    day = page["meta"]["as_of_date"]
    days_old = (today - date.fromisoformat(day)).days if day else 0
    if days_old >= OLD_DAYS:
        yield f"[bold yellow]The data is old: it ends on {day}, {days_old} days ago.[/] What follows was true then, and may be over."
        yield "./signify quality says what is late; upload the missing days with ./signify drop FILE, then ./signify run."
        yield ""


def _name_muted(page: InsightPage) -> Iterator[str]:
    names = [rule["rule_id"] for rule in page["meta"]["rules"] if rule["is_muted"]]
    if names:
        yield f"Not shown, since nobody used what they said: {', '.join(names)} (./signify insights --rules)."


def limit_width(*parts: RenderableType) -> RenderableType:
    """Return the parts below one another, in 100 columns, or fewer where the terminal is narrower."""
    return Constrain(Group(*parts), WIDTH)


def _render_task(place: int, insight: InsightRecord) -> Iterator[RenderableType]:
    colour = COLOURS.get(insight["priority"], "white")
    headline, grid = _make_grid(2), _make_grid(2, 6)
    headline.add_row(f"[bold]{place}[/]", f"[{colour}]{insight['priority']}[/]  [bold]{escape(insight['headline'])}[/]")
    holder = f", taken by {insight['assignee']}" if insight["assignee"] else ""
    lines = {
        "Why": insight["cause"],
        "Size": describe_impact(insight["impact"]),
        "Do": insight["action"],
        "Who": f"{insight['owner_role']}, by {insight['deadline']}{holder}",
        "Next": insight["next_command"],
    }
    if SHORT_ID and insight["id"][:SHORT_ID] not in insight["next_command"]:
        lines["Why so"] = f"./signify explain {insight['id'][:SHORT_ID]}"
    for label, line in lines.items():
        grid.add_row("", label, escape(line))
    yield from (headline, grid)


def _make_grid(*widths: int) -> Table:
    grid = Table.grid(padding=(0, 1), expand=True)
    for width in widths:
        grid.add_column(width=width, no_wrap=True)
    grid.add_column(overflow="fold", ratio=1)
    return grid


def _list_gaps(page: InsightPage) -> Iterator[str]:
    """Yield that the run is not judged, and which categories it could not judge."""
    warnings = page["meta"]["warnings"]
    yield from (escape(warning) for warning in warnings if not _is_category(warning))
    categories = [warning.partition(":")[0] for warning in warnings if _is_category(warning)]
    if categories:
        yield f"Not judged: {', '.join(categories)} (./signify insights --silent)."


def describe_impact(impact: ImpactRecord) -> str:
    """Return units and money, or why there is none."""
    units = f"{impact['units']:,.0f} {impact['unit']}"
    if impact["money"]:
        return f"{units}, {impact['money']['expected']:,.2f} {impact['money']['currency']}"
    reason = impact["money_reason"] or "unknown"
    return f"{units}; money unknown: {MONEY_REASONS.get(reason, reason.replace('_', ' '))}"


def explain_emptiness(page: InsightPage) -> list[str]:
    """Return why there is nothing to do, and what was not judged."""
    day, reasons = page["meta"]["as_of_date"], [escape(reason) for reason in page["meta"]["warnings"]]
    if day is None:
        return [*reasons, "Upload data with ./signify drop FILE, then start a run with ./signify run."]
    is_judged = all(_is_category(reason) for reason in page["meta"]["warnings"])
    quiet = f"Nothing to do: in the data to {day}, no rule found anything that needs you."
    lines = [quiet if is_judged else f"No insight is open; readers see the data to {day}."]
    return [*lines, *(["Not judged:", *(f"  {reason}" for reason in reasons)] if reasons else [])]


def _is_category(warning: str) -> bool:
    """Whether a warning is about a category that was not judged; any other one is about the run."""
    return warning.partition(":")[0] in CATEGORIES


def render_rules(page: InsightPage) -> RenderableType:
    """Return a table of rules: how many of the last insights that ended were used, and how many predictions came true."""
    rules = page["meta"]["rules"]
    if not rules:
        return "No insight has ended yet: use and hit rate of a rule follow from insights that are closed."
    table = Table(title="The last insights of each rule that have ended", expand=True)
    for name, ratio in (("rule", 1), ("ended", None), ("used", None), ("came true", None), ("state", None)):
        table.add_column(name, ratio=ratio, overflow="fold")
    for rule in rules:
        hits = "not measured" if rule["hit_rate"] is None else f"{rule['hit_count']} of {rule['measured_count']} ({rule['hit_rate']:.0f} %)"
        state = "muted" if rule["is_muted"] else "heard"
        table.add_row(escape(rule["rule_id"]), f"{rule['closed_count']}", f"{rule['useful_count']}", hits, state)
    return limit_width(table)


def render_list(page: InsightPage, *, is_filtered: bool) -> RenderableType:
    """Return a table of insights, the highest rank first."""
    if not page["insights"]:
        return "No insight has these properties." if is_filtered else limit_width(*explain_emptiness(page))
    table = Table(title=f"Insights, from data to {page['meta']['as_of_date'] or '?'}", expand=True, box=SIMPLE_HEAD)
    for name, width in (("id", 8), ("priority", 8), ("status", 12), ("insight", None), ("by", 10)):
        table.add_column(name, width=width, overflow="fold", ratio=None if width else 1)
    for insight in page["insights"]:
        colour = COLOURS.get(insight["priority"], "white")
        owner = escape(insight["assignee"] or insight["owner_role"])
        text = f"{escape(insight['headline'])} [dim]({insight['category'].lower().replace('_', ' ')}, {owner})[/]"
        table.add_row(insight["id"][:SHORT_ID], f"[{colour}]{insight['priority']}[/]", insight["status"], text, insight["deadline"])
    parts: list[RenderableType] = [table]
    if page["page"]["has_more"]:
        parts.append("More match; narrow the list with --category, --priority, --owner or --site.")
    parts += _list_gaps(page)
    return limit_width(*parts)
