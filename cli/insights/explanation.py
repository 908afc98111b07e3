"""The explanation of an insight as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from cli.insights.records import ActionRecord, DriverRecord, ExplanationRecord, ScoresRecord, SourceRecord
from cli.insights.rendering import limit_width

MOST_RANGES = 4
PERCENT = "_percent"
KINDS_WITHOUT_NAME = ("cost", "outcome", "target")


def render_explanation(explanation: ExplanationRecord) -> RenderableType:
    """Return an explanation: what happened, why, from which rows, what else it could be, and what follows from each action."""
    grid = Table.grid(padding=(0, 2), expand=True)
    grid.add_column(width=10, no_wrap=True, style="dim")
    grid.add_column(overflow="fold", ratio=1)
    for title, lines in _sections(explanation):
        for place, line in enumerate(lines):
            grid.add_row(title if place == 0 else "", line)
    return limit_width(f"[bold]{escape(explanation['headline'])}[/]", grid)


def _sections(explanation: ExplanationRecord) -> Iterator[tuple[str, Sequence[str]]]:
    action, unit = explanation["recommended_action"], explanation["what_happened"]["unit"]
    yield "Question", [escape(explanation["question_answered"])]
    yield "Measured", [_measure(explanation)]
    yield "Cause", [escape(explanation["cause"])]
    yield "Drivers", [_driver_line(each, unit) for each in explanation["drivers"]]
    yield "Do", [f"{escape(action['action'])} ({escape(action['owner_role'])}, by {action['deadline']})"]
    yield "If you", [_action_line(each) for each in explanation["counterfactuals"]]
    yield "It is not", [escape(f"{each['hypothesis']}: {each['why_rejected']}") for each in explanation["alternatives_rejected"]]
    yield "Assumes", [escape(each) for each in explanation["assumptions"]]
    yield "Limits", [escape(each) for each in explanation["limits"]]
    yield "Sources", [escape(_source_line(each)) for each in explanation["data_sources"]]
    yield "Rank", [_rank_line(explanation["scores"])]
    yield "Reproduce", [explanation["reproduce"].get("command", ""), explanation["reproduce"]["expected_hash"]]


def _measure(explanation: ExplanationRecord) -> str:
    change = explanation["what_happened"]
    name = change["metric"].replace("_", " ")
    expected = "" if change["expected"] is None else f", expected {change['expected']:z,.1f}"
    interval = change["interval"]
    bounds = "" if interval is None else f" (between {_number(interval['lower'])} and {_number(interval['upper'])})"
    return f"{name} {change['value']:z,.1f} {change['unit']}{expected}{bounds}"


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:z,.1f}"


def _driver_line(driver: DriverRecord, unit: str) -> str:
    name = driver["key"] if _says_itself(driver) else f"{driver['kind']} {driver['key']}"
    return f"{driver['contribution_pct']:z6.1f} %  {driver['contribution_units']:+z12,.1f} {unit}  {escape(name)}"


def _says_itself(driver: DriverRecord) -> bool:
    """Whether the key of a driver needs no kind before it: it is a sentence of its own, or begins with its kind."""
    return driver["kind"] in KINDS_WITHOUT_NAME or driver["key"].upper().startswith(driver["kind"].upper())


def _rank_line(scores: ScoresRecord) -> str:
    factors = f"impact {scores['impact']:.1f} ({scores['impact_basis']}), confidence {scores['confidence']:.1f}"
    return f"{scores['rank']:.1f} = {scores['priority']}: {factors}, urgency {scores['urgency']:.1f}"


def _action_line(action: ActionRecord) -> str:
    cost = f"; costs {action['cost']['expected']:,.2f} {action['cost']['currency']}" if action["cost"] else ""
    reason = (action["feasibility_reason"] or "").replace("_", " ")
    possible = "" if action["feasible"] or not reason else f" ({'not possible' if action['feasible'] is False else 'unknown'}: {reason})"
    return f"[bold]{escape(action['action'])}[/]: {escape(_results(action['result']))}{cost}{escape(possible)}"


def _results(results: dict[str, float | bool | str | None]) -> str:
    return ", ".join(_name_result(name, value) for name, value in results.items())


def _name_result(name: str, value: float | bool | str | None) -> str:
    is_percent = name.endswith(PERCENT) and value is not None
    return f"{name.removesuffix(PERCENT).replace('_', ' ')} {_result(value)}{' %' if is_percent else ''}"


def _result(value: float | bool | str | None) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return {True: "yes", False: "no", None: "unknown"}.get(value, str(value))  # type: ignore[arg-type]
    return f"{value:,}" if isinstance(value, int) else f"{value:z,.1f}"


def _source_line(source: SourceRecord) -> str:
    ranges = source["row_ranges"]
    lines = "" if ranges is None else ", lines " + ", ".join(_range(each) for each in ranges[:MOST_RANGES])
    more = "" if ranges is None or len(ranges) <= MOST_RANGES else f" and {len(ranges) - MOST_RANGES} more ranges"
    return f"{source['object']} ({source['rows']:,} rows{lines}{more}; version {source['version_id'][:12]})"


def _range(lines: list[int]) -> str:
    return str(lines[0]) if lines[0] == lines[1] else f"{lines[0]}-{lines[1]}"
