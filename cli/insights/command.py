"""`signify today`, `insights` and `explain`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, TypedDict, cast

import typer
from rich.markup import escape
from typer.core import TyperGroup
from typing_extensions import override

from cli.audit import describe_actor
from cli.console import CliError, out
from cli.insights.explanation import render_explanation
from cli.insights.records import ExplanationRecord, InsightPage, InsightRecord
from cli.insights.rendering import explain_emptiness, render_list, render_rules, render_today
from cli.platform import LOCAL, Platform, open_platform
from cli.run_history import SHORT_ID, complete_id, resolve_run_id
from cli.runs import Stage, find_message
from kpi_engine.insights.explanation import hash_content
from kpi_engine.insights.json_values import JsonDocument
from kpi_engine.insights.terms import InsightCategory, Priority
from runtime.models.domain.insights import OPEN_STATUSES, InsightStatus

MOST = 100
LIST = "list"
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class InsightCommands(TyperGroup):
    """`list` is the command without a name."""

    @override
    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "-h")):
            args = [LIST, *args]
        return super().parse_args(ctx, args)


insights = typer.Typer(cls=InsightCommands, help="All findings, the highest rank first, and one that is opened again.")


class ReproductionOutput(TypedDict):
    """The hashes of the insights of a run, derived from its sources once more."""

    hashes: dict[str, str]


def today(as_json: AsJson = False, stage: Stage = LOCAL) -> None:
    """Show the few things to do now: each with cause, size, owner, deadline and the next command."""
    page = read_page(open_platform(stage))
    if as_json:
        out.print(json.dumps(page, indent=2), markup=False)
        return
    out.print(render_today(page), soft_wrap=False)


@insights.command(LIST)
def list_insights(
    category: Annotated[list[InsightCategory] | None, typer.Option(help="Only this category; repeatable.")] = None,
    priority: Annotated[list[Priority] | None, typer.Option(help="Only this priority; repeatable.")] = None,
    status: Annotated[list[InsightStatus] | None, typer.Option(help="Only this status; repeatable. Default: the open ones.")] = None,
    owner: Annotated[str | None, typer.Option(help='Only insights of this role, e.g. "demand planner".')] = None,
    site: Annotated[str | None, typer.Option(help="Only insights about this site.")] = None,
    silent: Annotated[bool, typer.Option("--silent", help="Show which categories the newest run could not judge, and why.")] = False,
    rules: Annotated[bool, typer.Option("--rules", help="Show of each rule how many of its insights were used and came true.")] = False,
    as_json: AsJson = False,
    stage: Stage = LOCAL,
) -> None:
    """List insights, the highest rank first."""
    filters: dict[str, str | Sequence[str]] = {
        name: [str(each) for each in values]
        for name, values in (("category", category), ("priority", priority), ("status", status))
        if values
    }
    filters |= {name: value for name, value in (("owner", owner), ("site_id", site)) if value}
    page = read_page(open_platform(stage), **filters)
    if as_json:
        out.print(json.dumps(page, indent=2), markup=False)
    elif rules:
        out.print(render_rules(page), soft_wrap=False)
    elif silent:
        for line in explain_emptiness({**page, "insights": []})[1:] or ["The newest run judged every category."]:
            out.print(line)
    else:
        out.print(render_list(page, is_filtered=bool(filters)), soft_wrap=False)


@insights.command()
def reopen(
    insight: Annotated[str, typer.Argument(metavar="ID", help="Id of a closed insight, or its first characters.")],
    reason: Annotated[str, typer.Option(help="Why; it is recorded in the audit log.")],
    stage: Stage = LOCAL,
) -> None:
    """Open an insight again that was dismissed or resolved by mistake, or that has expired."""
    target = open_platform(stage)
    identifier = find_id(target, insight)
    before = cast(InsightRecord, target.get(f"/insights/{identifier}"))
    if before["status"] in OPEN_STATUSES:
        raise CliError(f"the insight {identifier[:SHORT_ID]} is open already: {before['status']}")
    body = {"status": InsightStatus.NEW.value, "reason": reason, "actor_detail": describe_actor(target)}
    target.patch(f"/insights/{identifier}", body, before["version"])
    out.print(f"Open again: {escape(before['headline'])} (was {before['status']}).")
    out.print(f"Next   ./signify explain {identifier[:SHORT_ID]}")


@insights.command()
def judge(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="Id of a published run, or its first characters.")],
    stage: Stage = LOCAL,
) -> None:
    """Derive the insights of a run that was published by hand, or whose state BuildInsights failed; doing it again changes nothing."""
    target = open_platform(stage)
    output = cast(JsonDocument, invoke_builder(target, {"run_id": resolve_run_id(target, run_id)}))
    if output["skip_reason"]:
        raise CliError(f"the run {output['run_id']} was not judged: {output['skip_reason']}; publish it first (./signify publish)")
    out.print(f"Judged run {output['run_id']}: sees {output['sightings']}, opened {output['opened']}, closed {output['closed']}.")
    for category, reason in sorted(output["silent"].items()):
        out.print(f"  [dim]not judged: {escape(category)}: {escape(reason)}[/]")
    for fault in output["faults"]:
        out.print(f"  left out: {escape(fault)}")


def explain(
    insight: Annotated[str, typer.Argument(metavar="ID", help="Id of an insight, or its first characters.")],
    reproduce: Annotated[
        bool, typer.Option("--reproduce", help="Derive the insight from its sources once more and compare the result; changes nothing.")
    ] = False,
    as_json: AsJson = False,
    stage: Stage = LOCAL,
) -> None:
    """Explain an insight: drivers, sources down to lines, alternatives, and what follows from each action."""
    target = open_platform(stage)
    identifier = find_id(target, insight)
    explanation = cast(ExplanationRecord, target.get(f"/insights/{identifier}/explainability"))
    if as_json:
        out.print(json.dumps(explanation, indent=2), markup=False)
    else:
        out.print(render_explanation(explanation), soft_wrap=False)
    if reproduce:
        out.print(reproduce_hash(target, explanation))


def read_page(target: Platform, **filters: str | Sequence[str]) -> InsightPage:
    """Return the first page of insights."""
    return cast(InsightPage, target.get("/insights", limit=MOST, **filters))


def find_id(target: Platform, text: str) -> str:
    """Return the id of the insight, open or closed, that begins with these characters. Raises CliError."""
    return complete_id(text, "insight", lambda: list_ids(target, text.lower()))


def list_ids(target: Platform, start: str) -> list[str]:
    """Return the ids of the first page of insights that has one with this start, in all pages; an empty list when none has."""
    statuses = [str(status) for status in InsightStatus]
    cursor: dict[str, str] = {}
    while True:
        page = read_page(target, status=statuses, **cursor)
        ids = [each["id"] for each in page["insights"]]
        next_cursor = page["page"]["next_cursor"]
        if next_cursor is None or any(identifier.startswith(start) for identifier in ids):
            return ids
        cursor = {"cursor": next_cursor}


def reproduce_hash(target: Platform, explanation: ExplanationRecord) -> str:
    """Derive the insights of the run once more and return that the hash is the same. Raises CliError when it is not."""
    expected, run_id = explanation["reproduce"]["expected_hash"], explanation["reproduce"]["run_id"]
    if hash_content(cast(JsonDocument, explanation)) != expected:
        raise CliError(f"the explanation was changed after it was written: its content does not have the hash {expected}")
    output = cast(ReproductionOutput, invoke_builder(target, {"run_id": run_id, "reproduce": True}))
    if expected not in output["hashes"].values():
        raise CliError(f"derived once more from run {run_id}, the insight has another content: its sources have changed since")
    return f"Derived once more from the sources of run {run_id}: the same content, {expected}."


def invoke_builder(target: Platform, event: dict[str, str | bool]) -> object:
    """Call the function that derives insights and return its output. Raises CliError with its message."""
    response = target.client("lambda").invoke(FunctionName=target.outputs["InsightBuilderName"], Payload=json.dumps(event).encode())
    payload = response["Payload"].read().decode()
    if response.get("FunctionError"):
        raise CliError(f"insights of the run {event['run_id']} cannot be derived: {find_message(payload)}")
    return json.loads(payload)
