"""The kinds of values that settings are made of: each reads what the command line can say, and says what is wrong with it."""

from __future__ import annotations

import json
import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

TAG_CHARACTERS = r"[\w .:/=+\-@]"
TAGS_AT_MOST = 45
"""AWS takes 50 a resource; the rest is ours and CloudFormation's."""


def _listed(value: object) -> object:
    """The command line has no lists: `a,b` is one there, and so is a JSON text."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return _read_json(value, 'write it as a,b or as JSON, for example ["a", "b"]')
    return [part.strip() for part in value.split(",") if part.strip()]


def _mapped(value: object) -> object:
    """The command line has no objects: a JSON text is one there."""
    return _read_json(value, 'write it as JSON, for example {"cost-centre": "4711"}') if isinstance(value, str) else value


def _read_json(text: str, hint: str) -> object:
    try:
        read: object = json.loads(text)
    except ValueError:
        raise ValueError(hint) from None
    return read


def _ids(kind: str) -> BeforeValidator:
    def check(value: object) -> object:
        wrong = [each for each in value if not re.fullmatch(rf"{kind}-[0-9a-f]{{8,17}}", str(each))] if isinstance(value, list) else []
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no id of the form {kind}-0123456789abcdef0")
        return value

    return BeforeValidator(check)


def _taggable(tags: dict[str, str]) -> dict[str, str]:
    if len(tags) > TAGS_AT_MOST:
        raise ValueError(f"at most {TAGS_AT_MOST} tags fit beside those of the platform")
    for key, value in tags.items():
        if key.startswith(("aws:", "signify:")) or not re.fullmatch(f"{TAG_CHARACTERS}{{1,128}}", key):
            raise ValueError(f"{key!r} is no tag key: 1 to 128 letters, digits, spaces or _.:/=+-@, and neither aws: nor signify:")
        if not re.fullmatch(f"{TAG_CHARACTERS}{{0,256}}", value):
            raise ValueError(f"{value!r} is no tag value: up to 256 letters, digits, spaces or _.:/=+-@")
    return tags


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
SubnetIds = Annotated[tuple[str, ...], _ids("subnet"), BeforeValidator(_listed)]
RouteTableIds = Annotated[tuple[str, ...], _ids("rtb"), BeforeValidator(_listed)]
Origin = Annotated[str, Field(pattern=r"^(https://[^/*\s]+|http://localhost(:\d+)?)$")]
Origins = Annotated[tuple[Origin, ...], BeforeValidator(_listed)]
Tags = Annotated[dict[str, str], BeforeValidator(_mapped), AfterValidator(_taggable)]
