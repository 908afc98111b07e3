"""Types of settings: each parses the text of the command line and explains what is wrong with a value."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from typing import Annotated, Literal, TypeAlias
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field

from contracts.clients import find_client_name_problem
from contracts.scopes import parse_scope
from contracts.stages import find_name_problem

LOG_RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
"""The retention periods of CloudWatch Logs."""
LOG_RETENTION_CHOICES = ", ".join(map(str, LOG_RETENTION_DAYS))
TAG_CHARACTERS = r"[\w .:/=+\-@]"
MAX_TAGS = 45
"""AWS allows 50 tags on a resource; the platform and CloudFormation use the rest."""


def _parse_list(value: object) -> object:
    """Parse a list from the command line: `a,b` or JSON."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return _parse_json(value, 'write it as a,b or as JSON, for example ["a", "b"]')
    return [part.strip() for part in value.split(",") if part.strip()]


def _parse_object(value: object) -> object:
    """Parse an object from the command line: JSON."""
    return _parse_json(value, 'write it as JSON, for example {"cost-centre": "4711"}') if isinstance(value, str) else value


def _parse_json(text: str, hint: str) -> object:
    try:
        value: object = json.loads(text)
    except ValueError:
        raise ValueError(hint) from None
    return value


def _check_ids(prefix: str) -> BeforeValidator:
    def check(value: object) -> object:
        wrong = [each for each in value if not re.fullmatch(rf"{prefix}-[0-9a-f]{{8,17}}", str(each))] if isinstance(value, list) else []
        if wrong:
            raise ValueError(f"{wrong[0]!r} is not an id of the form {prefix}-0123456789abcdef0")
        return value

    return BeforeValidator(check)


def _check_cost(text: str) -> str:
    amount, _, currency = text.partition(" ")
    is_amount = re.fullmatch(r"\d{1,9}(\.\d{1,6})?", amount) is not None and float(amount) > 0
    if text and not (is_amount and re.fullmatch("[A-Z]{3}", currency)):
        raise ValueError(f"{text!r} is no cost: write an amount above zero and a currency, such as 1.85 EUR")
    return text


def _check_tags(tags: dict[str, str]) -> dict[str, str]:
    if len(tags) > MAX_TAGS:
        raise ValueError(f"at most {MAX_TAGS} tags are allowed in addition to those of the platform")
    for key, value in tags.items():
        if key.startswith(("aws:", "signify:")) or not re.fullmatch(f"{TAG_CHARACTERS}{{1,128}}", key):
            raise ValueError(
                f"{key!r} is not a valid tag key: 1 to 128 letters, digits, spaces or _.:/=+-@, not starting with aws: or signify:"
            )
        if not re.fullmatch(f"{TAG_CHARACTERS}{{0,256}}", value):
            raise ValueError(f"{value!r} is not a valid tag value: up to 256 letters, digits, spaces or _.:/=+-@")
    return tags


def _check_stage_name(name: str) -> str:
    if problem := find_name_problem(name):
        raise ValueError(problem)
    return name


def _check_clients(clients: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return the clients with their scopes as tokens name them."""
    for name, scopes in clients.items():
        if problem := find_client_name_problem(name):
            raise ValueError(f"{name!r} is not a name of a client: {problem}")
        if not scopes:
            raise ValueError(f"client {name!r} has no scope, so it could call no route: name at least one")
    return {name: tuple(str(parse_scope(scope)) for scope in scopes) for name, scopes in clients.items()}


def _check_time_zone(name: str) -> str:
    if name not in available_timezones():
        suggestions = get_close_matches(name, sorted(available_timezones()), n=3, cutoff=0.4) or ["Europe/Berlin"]
        raise ValueError(f"use a name of the IANA time zone database, such as {', '.join(suggestions)}")
    return name


def _check_run_time(text: str) -> str:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError("write it as HH:MM, from 00:00 to 23:59")
    return text


def _check_log_retention(days: int) -> int:
    if days not in LOG_RETENTION_DAYS:
        raise ValueError(f"CloudWatch Logs supports {LOG_RETENTION_CHOICES}")
    return days


ApiClients = Annotated[dict[str, tuple[str, ...]], BeforeValidator(_parse_object), AfterValidator(_check_clients)]
EndpointIds = Annotated[tuple[str, ...], _check_ids("vpce"), BeforeValidator(_parse_list)]
StageName = Annotated[str, AfterValidator(_check_stage_name)]
Gap: TypeAlias = Literal["noReceiver", "noBudget", "noRunbookUrl"]
Acknowledgements = Annotated[tuple[Gap, ...], BeforeValidator(_parse_list)]
Names = Annotated[tuple[str, ...], BeforeValidator(_parse_list)]
SubnetIds = Annotated[tuple[str, ...], _check_ids("subnet"), BeforeValidator(_parse_list)]
RouteTableIds = Annotated[tuple[str, ...], _check_ids("rtb"), BeforeValidator(_parse_list)]
Origin = Annotated[str, Field(pattern=r"^(https://[0-9A-Za-z.-]+(:[0-9]+)?|http://localhost(:[0-9]+)?)$")]
Origins = Annotated[tuple[Origin, ...], BeforeValidator(_parse_list)]
Tags = Annotated[dict[str, str], BeforeValidator(_parse_object), AfterValidator(_check_tags)]
TimeZoneName = Annotated[str, AfterValidator(_check_time_zone)]
RunTime = Annotated[str, AfterValidator(_check_run_time)]
LogRetentionDays = Annotated[int, AfterValidator(_check_log_retention)]
Cost: TypeAlias = Annotated[str, AfterValidator(_check_cost)]
"""Empty, or an amount and a currency: `1.85 EUR`."""
