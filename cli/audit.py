"""`signify audit`: what people changed by hand; and who types a command that is recorded there."""

from __future__ import annotations

import getpass
import json
import os
import socket
from datetime import datetime
from typing import Annotated, TypedDict, cast

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Group, RenderableType
from rich.markup import escape

from cli.console import out
from cli.platform import LOCAL, Platform, open_platform
from cli.runs import Stage

ACTOR_VARIABLE = "SIGNIFY_ACTOR"
"""Environment variable that replaces the user of the operating system, for instance in a pipeline that acts for a person."""
MAX_ACTOR_LENGTH = 255


class AuditEvent(TypedDict):
    """One change, from /audit-events. `at` is RFC 3339."""

    at: str
    actor: str
    action: str
    subject: str
    reason: str | None
    detail: dict[str, object]


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
    statement = event["detail"].get("actor_detail")
    actor = f"{event['actor']} for {statement} (as stated by the client)" if statement else event["actor"]
    return head, f"    by {escape(actor)}: {escape(event['reason'] or 'no reason given')}"


def describe_actor(target: Platform) -> str:
    """Return who types a command: user and computer, or the variable, and on AWS the identity of the caller. Nobody verifies any of it.

    The API knows only the client of the token, which all users of a stage share.
    """
    parts = [os.environ.get(ACTOR_VARIABLE, "").strip() or f"{_find_user()}@{socket.gethostname()}"]
    if target.stage != LOCAL:
        parts.append(_find_identity(target))
    return ", ".join(part for part in parts if part)[:MAX_ACTOR_LENGTH]


def _find_user() -> str:
    """Return the name of the user, or the number where it has no name, as in containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _find_identity(target: Platform) -> str:
    """Return the ARN of the caller's credentials, or nothing: a way back must not fail because STS does."""
    try:
        return str(target.client("sts").get_caller_identity()["Arn"])
    except (BotoCoreError, ClientError):
        return ""
