"""`signify audit`: what people changed by hand."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, TypedDict, cast

import typer
from rich.console import Group, RenderableType
from rich.markup import escape

from cli.console import out
from cli.platform import LOCAL, open_platform
from cli.runs import Stage


class AuditEvent(TypedDict):
    """One change, from /audit-events. `at` is RFC 3339."""

    at: str
    actor: str
    action: str
    subject: str
    reason: str | None


def audit(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Number of events.")] = 20,
    subject: Annotated[str | None, typer.Option(help="Only what was done to this run or object (its id).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    stage: Stage = LOCAL,
) -> None:
    """List what people changed by hand, the newest first: who, what and why."""
    parameters: dict[str, str | int] = {"limit": limit, **({"subject": subject} if subject else {})}
    events = cast(list[AuditEvent], open_platform(stage).get("/audit-events", **parameters)["audit_events"])
    if as_json:
        out.print_json(json.dumps(events))
    else:
        out.print(render_events(events))


def render_events(events: list[AuditEvent]) -> RenderableType:
    """Return two lines for each event, which are as long as its names and its reason."""
    if not events:
        return "Nothing was changed by hand."
    return Group(*(line for event in events for line in _describe(event)))


def _describe(event: AuditEvent) -> tuple[str, str]:
    at = f"{datetime.fromisoformat(event['at']):%Y-%m-%d %H:%M:%S}"
    head = f"{at}  [bold]{event['action']}[/]  {escape(event['subject'])}"
    return head, f"    by {escape(event['actor'])}: {escape(event['reason'] or 'no reason given')}"
