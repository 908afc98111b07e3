"""Read the settings of a stage: from the command line (`-c key=value`), else from its block in cdk.json, else the default.

A block with `extends` takes the settings of another stage that it does not state itself, except those that belong to one stage only.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from cdk.settings.model import Settings

EXTENDS = "extends"
NOT_INHERITED = frozenset(
    {
        "account", "region", "kmsKeyArn", "lakeBucketName", "lakeKeyArn", "databaseSnapshot", "logBucketName", "domainName",
        "certificateArn", "apiEndpointIds",
    }
)  # fmt: skip
"""Settings that name a place or a resource of one stage: a stage that extends another states its own."""
REPLACED_KEYS = {"schedule": "runAt replaces it: write the start time of the daily run as HH:MM, for example runAt=04:30."}


Block = Mapping[str, object]
"""The settings of one stage, by their keys in cdk.json."""


class SettingsError(ValueError):
    """A setting is invalid; the message has one line for each, with the key, the value and what is allowed."""


def read_settings(context: Mapping[str, Any], stage: str | None = None) -> Settings:
    """Return the settings of `stage`, else of `-c stage=`, else of SIGNIFY_STAGE, else of dev. Raises SettingsError.

    `context` is the context of the CDK app: the blocks of all stages under `stages`, and the keys of the command line.
    """
    name = stage or context.get("stage") or os.environ.get("SIGNIFY_STAGE") or "dev"
    block = resolve_block(context.get("stages", {}), name)
    overrides = {key: value for key, value in context.items() if is_setting(key)}
    try:
        return Settings.model_validate({**block, **overrides, "stage": name})
    except ValidationError as error:
        raise SettingsError("\n".join(_describe(name, details) for details in error.errors())) from None


def resolve_block(blocks: Mapping[str, Block], stage: str) -> Block:
    """Return the block of a stage in cdk.json with what it inherits by `extends`. Raises SettingsError for a stage that is not there."""
    if stage not in blocks:
        raise SettingsError(
            f"there is no stage {stage!r} in cdk.json; the stages are {_join(blocks)}. To add one, write a block under `stages`: "
            f'"{stage}": {{"extends": "prod", "account": "123456789012", "region": "eu-central-1"}}'
        )
    return _inherit(blocks, [stage])


def _inherit(blocks: Mapping[str, Block], chain: list[str]) -> Block:
    """Return the block at the end of `chain`, the stages that extend each other, with what it inherits."""
    *children, stage = chain
    if stage in children:
        raise SettingsError(f"stage {chain[0]}: extends leads in a circle: {' -> '.join(chain)}")
    if stage not in blocks:
        raise SettingsError(f"stage {children[-1]}: extends is {stage!r}, which is not in cdk.json; the stages are {_join(blocks)}")
    block = blocks[stage]
    if EXTENDS not in block:
        return block
    inherited_block = _inherit(blocks, [*chain, str(block[EXTENDS])])
    parent = {key: value for key, value in inherited_block.items() if key not in NOT_INHERITED}
    return {**parent, **{key: value for key, value in block.items() if key != EXTENDS}}


def _join(names: Iterable[str]) -> str:
    *first, last = [*names] or ["none"]
    return f"{', '.join(first)} and {last}" if first else last


def is_setting(key: str) -> bool:
    """Whether a context key names a setting: the keys of feature flags and look-ups of the CDK contain `@`, `:` or `/`."""
    return key not in {"stages", "stage"} and not set(key) & set("@:/")


def _describe(stage: str, details: ErrorDetails) -> str:
    if not details["loc"]:
        return "\n".join(f"stage {stage}: {problem.rstrip('.')}." for problem in _message(details).splitlines())
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
