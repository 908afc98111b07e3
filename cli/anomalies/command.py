"""`signify anomalies`: what was other than expected, one of them, and what people say of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Annotated, cast

import typer
from rich.markup import escape
from typer.core import TyperGroup
from typing_extensions import override

from cli.anomalies.records import AnomalyDetails, AnomalyPage, FeedbackOutput, UnsentPage
from cli.anomalies.rendering import render_anomaly, render_list, render_unsent
from cli.audit import describe_actor
from cli.console import CliError, out
from cli.platform import LOCAL, Platform, open_platform
from cli.run_history import SHORT_ID
from cli.runs import Stage
from kpi_engine.anomalies.kind import AnomalyKind
from kpi_engine.anomalies.terms import AnomalyVerdict, Severity
from runtime.models.domain.anomaly_events import EventStatus

MOST = 100
LONGEST_AGE = 400
PART_OF_ID = re.compile("[0-9a-f]{4,32}")
LIST, SHOW = "list", "show"
VERDICTS = {verdict.value.lower().replace("_", "-"): verdict for verdict in AnomalyVerdict}


class AnomalyCommands(TyperGroup):
    """`list` is the command without a name, `show` the one of an id."""

    @override
    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "-h")):
            args = [LIST, *args]
        elif not args[0].startswith("-") and args[0] not in self.commands:
            args = [SHOW, *args]
        return super().parse_args(ctx, args)


anomalies = typer.Typer(cls=AnomalyCommands, help="What was other than expected: list, show one (anomalies ID), and say what it was.")
GroupId = Annotated[str, typer.Argument(metavar="ID", help="Id of an anomaly, or its first characters.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@anomalies.command(LIST)
def list_anomalies(
    severity: Annotated[list[Severity] | None, typer.Option(help="Only this severity; repeatable.")] = None,
    kind: Annotated[list[AnomalyKind] | None, typer.Option("--type", help="Only this type; repeatable.")] = None,
    status: Annotated[list[EventStatus] | None, typer.Option(help="Only this status; repeatable. Default: OPEN and OVER.")] = None,
    site: Annotated[str | None, typer.Option(help="Only anomalies at this site.")] = None,
    sku: Annotated[str | None, typer.Option(help="Only anomalies with this SKU.")] = None,
    days_back: Annotated[int, typer.Option(min=1, max=LONGEST_AGE, help="Only those of so many days with data.")] = 7,
    pictures: Annotated[int, typer.Option(min=0, max=20, help="Number of anomalies that are drawn.")] = 3,
    as_json: AsJson = False,
    stage: Stage = LOCAL,
) -> None:
    """List anomalies, the most severe first, and draw the first of them."""
    target = open_platform(stage)
    filters: dict[str, str | int | Sequence[str]] = {
        name: [str(each) for each in values] for name, values in (("severity", severity), ("type", kind), ("status", status)) if values
    }
    filters |= {name: value for name, value in (("site_id", site), ("sku_id", sku)) if value}
    page = cast(AnomalyPage, target.get("/anomalies", limit=MOST, days_back=days_back, **filters))
    if as_json:
        out.print(json.dumps(page, indent=2), markup=False)
        return
    details = [read_anomaly(target, each["group_id"]) for each in page["anomalies"][:pictures]]
    out.print(render_list(page, details, is_filtered=bool(filters)), soft_wrap=False)


@anomalies.command(SHOW)
def show(group: GroupId, as_json: AsJson = False, stage: Stage = LOCAL) -> None:
    """Show one anomaly: contributions, money, causes, what to do, feedback, and pictures."""
    target = open_platform(stage)
    anomaly = read_anomaly(target, find_id(target, group))
    if as_json:
        out.print(json.dumps(anomaly, indent=2), markup=False)
        return
    out.print(render_anomaly(anomaly), soft_wrap=False)


@anomalies.command()
def feedback(
    group: GroupId,
    verdict: Annotated[str, typer.Argument(help="real, not-real or expected.")],
    reason: Annotated[str, typer.Option(help="Why; it is recorded in the audit log.")],
    as_json: AsJson = False,
    stage: Stage = LOCAL,
) -> None:
    """Say whether an anomaly is real, not real or was expected; the next run takes it into account."""
    choice = VERDICTS.get(verdict.lower().replace("_", "-"))
    if choice is None:
        raise CliError(f"verdict = {verdict!r}: use one of {', '.join(VERDICTS)}")
    target = open_platform(stage)
    identifier = find_id(target, group)
    body = {"verdict": choice.value, "reason": reason, "actor_detail": describe_actor(target)}
    output = cast(FeedbackOutput, target.post(f"/anomalies/{identifier}/feedback", body))
    if as_json:
        out.print(json.dumps(output, indent=2), markup=False)
        return
    short = output["feedback_id"][:SHORT_ID]
    out.print(f"Stored. From the next run on: {escape(output['next_threshold']['text'])}.")
    out.print(f"Take it back: ./signify anomalies withdraw {identifier[:SHORT_ID]} {short}")


@anomalies.command()
def withdraw(
    group: GroupId,
    feedback_id: Annotated[
        str | None, typer.Argument(metavar="[FEEDBACK]", help="Id of the feedback, or its first characters. Default: the newest.")
    ] = None,
    stage: Stage = LOCAL,
) -> None:
    """Take feedback on an anomaly back; the next run does as if it had not been given."""
    target = open_platform(stage)
    identifier = find_id(target, group)
    output = cast(FeedbackOutput, target.delete(f"/anomalies/{identifier}/feedback/{find_feedback(target, identifier, feedback_id)}"))
    verdict = output["verdict"].lower().replace("_", " ")
    out.print(f"Withdrawn: {verdict} ({escape(output['reason'])}). From the next run on: {escape(output['next_threshold']['text'])}.")


@anomalies.command()
def unsent(
    week: Annotated[str | None, typer.Argument(metavar="[WEEK]", help="ISO week, as 2026-W48. Default: this week.")] = None,
    as_json: AsJson = False,
    stage: Stage = LOCAL,
) -> None:
    """List the anomalies of a week of which nobody was told, and why."""
    parameters = {} if week is None else {"week": week}
    page = cast(UnsentPage, open_platform(stage).get("/anomalies/unsent", **parameters))
    if as_json:
        out.print(json.dumps(page, indent=2), markup=False)
        return
    out.print(render_unsent(page), soft_wrap=False)


def read_anomaly(target: Platform, group_id: str) -> AnomalyDetails:
    """Return one anomaly."""
    return cast(AnomalyDetails, target.get(f"/anomalies/{group_id}"))


def find_id(target: Platform, text: str) -> str:
    """Return the id of the anomaly that begins with these characters. Raises CliError unless there is exactly one."""
    plain = text.lower().replace("-", "")
    if not PART_OF_ID.fullmatch(plain):
        raise CliError(f"{text!r} is not the id of an anomaly; use one of `./signify anomalies`, at least its first 4 characters")
    if len(plain) == len("0" * 32):
        return plain
    return _choose(text, "anomaly", [each for each in _list_ids(target) if each.startswith(plain)])


def find_feedback(target: Platform, group_id: str, text: str | None) -> str:
    """Return the id of the feedback that begins with these characters, or of the newest that stands. Raises CliError."""
    rows = read_anomaly(target, group_id)["feedback"]
    if text is not None:
        return _choose(text, "feedback", [each["feedback_id"] for each in rows if each["feedback_id"].startswith(text.lower())])
    standing = [each["feedback_id"] for each in rows if each["withdrawn_at"] is None]
    if not standing:
        raise CliError(f"the anomaly {group_id[:SHORT_ID]} has no feedback that stands")
    return standing[0]


def _choose(text: str, noun: str, matches: Sequence[str]) -> str:
    if len(matches) != 1:
        raise CliError(f"{len(matches) or 'no'} {noun} ids begin with {text!r}; use one that `./signify anomalies` shows")
    return matches[0]


def _list_ids(target: Platform) -> Iterator[str]:
    statuses = [str(status) for status in EventStatus]
    parameters: dict[str, str | int | Sequence[str]] = {"limit": MOST, "days_back": LONGEST_AGE, "status": statuses}
    while True:
        page = cast(AnomalyPage, target.get("/anomalies", **parameters))
        yield from (each["group_id"] for each in page["anomalies"])
        cursor = page["page"]["next_cursor"]
        if cursor is None:
            return
        parameters["cursor"] = cursor
