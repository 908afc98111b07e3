"""Read the settings of a stage: from the command line (`-c key=value`), else from its block in cdk.json, else the default."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from cdk.settings.model import Settings

REPLACED_KEYS = {"schedule": "runAt replaces it: write the start time of the daily run as HH:MM, for example runAt=04:30."}


class SettingsError(ValueError):
    """A setting is invalid; the message has one line for each, with the key, the value and what is allowed."""


def read_settings(context: Mapping[str, Any], stage: str | None = None) -> Settings:
    """Return the settings of `stage`, else of `-c stage=`, else of SIGNIFY_STAGE, else of dev. Raises SettingsError.

    `context` is the context of the CDK app: the blocks of all stages under `stages`, and the keys of the command line.
    """
    name = stage or context.get("stage") or os.environ.get("SIGNIFY_STAGE") or "dev"
    block = context.get("stages", {}).get(name, {})
    overrides = {key: value for key, value in context.items() if is_setting(key)}
    try:
        return Settings.model_validate({**block, **overrides, "stage": name})
    except ValidationError as error:
        raise SettingsError("\n".join(_describe(name, details) for details in error.errors())) from None


def is_setting(key: str) -> bool:
    """Whether a context key names a setting: the keys of feature flags and look-ups of the CDK contain `@`, `:` or `/`."""
    return key not in {"stages", "stage"} and not set(key) & set("@:/")


def _describe(stage: str, details: ErrorDetails) -> str:
    if not details["loc"]:
        return f"stage {stage}: {_message(details)}"
    key = str(details["loc"][0])
    if details["type"] == "extra_forbidden":
        return f"stage {stage}: {key} is not a setting. {REPLACED_KEYS.get(key) or _suggest(key)}"
    return f"stage {stage}: {key} is {details['input']!r}: {_message(details)}"


def _message(details: ErrorDetails) -> str:
    return details["msg"].removeprefix("Value error, ").removeprefix("Input ").rstrip(".") + "."


def _suggest(key: str) -> str:
    keys = sorted(to_camel(name) for name in Settings.model_fields)
    matches = get_close_matches(key, keys, n=1)
    return f"Did you mean {matches[0]}?" if matches else f"Settings are: {', '.join(keys)}."
