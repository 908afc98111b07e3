"""docs/settings.md: every setting with its values, its default and what the stages of cdk.json make of it, taken from the model."""

from __future__ import annotations

import json
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from annotated_types import Ge, Le, MultipleOf
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

from cdk.settings import SettingGroup
from cdk.settings.model import Settings
from local.state import ROOT

HEAD = """# Settings

What may differ between two stages. Written by `python -m tools.documentation` from [cdk/settings/model.py](../cdk/settings/model.py) and
[cdk/settings](../cdk/settings/).

A value comes from the command line (`-c key=value`; lists as `a,b` or JSON, objects as JSON), else from the stage's block in
[cdk.json](../cdk.json), else from the default. A wrong value ends the synth with the key, the value and what is allowed.
"""
STAGES = ("dev", "prod", "local")


def page() -> str:
    """The whole page."""
    blocks = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]["stages"]
    return "\n".join([HEAD, *(line for group in _groups() for line in _section(group, blocks))])


def _groups() -> list[type[SettingGroup]]:
    """The platform's own settings first, then the groups that they are composed of, as they stand in the class."""
    return [Settings, *(base for base in Settings.__bases__ if issubclass(base, SettingGroup))]


def _section(group: type[SettingGroup], blocks: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield f"## {(group.__doc__ or '').split('.')[0]}\n"
    yield f"| key | values | default | {' | '.join(STAGES)} | |"
    yield "|---|---|---|" + "---|" * (len(STAGES) + 1)
    for name in group.__annotations__:
        if name in Settings.model_fields:
            yield _row(to_camel(name), Settings.model_fields[name], blocks)
    yield ""


def _row(key: str, field: FieldInfo, blocks: Mapping[str, Mapping[str, Any]]) -> str:
    default = "required" if field.is_required() else _shown(field.get_default())
    stages = [_shown(blocks[stage][key]) if key in blocks.get(stage, {}) else "" for stage in STAGES]
    cells = [f"`{key}`", _values(field), default, *stages, field.description or ""]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _values(field: FieldInfo) -> str:
    arguments = typing.get_args(field.annotation)
    optional = type(None) in arguments
    kind = _kind(arguments[0] if optional else field.annotation)
    bounds = {type(bound): bound for bound in field.metadata}
    limits = f" {bounds[Ge].ge}..{bounds[Le].le}" if Ge in bounds and Le in bounds else ""
    step = f" in steps of {bounds[MultipleOf].multiple_of:g}" if MultipleOf in bounds else ""
    return kind + limits + step + (", or none" if optional else "")


def _kind(annotation: Any) -> str:  # noqa: ANN401 - annotations are of any kind
    if typing.get_origin(annotation) is typing.Literal:
        return ", ".join(f"`{value}`" for value in typing.get_args(annotation))
    names = {bool: "true, false", int: "whole number", float: "number", str: "text"}
    return names.get(annotation) or {dict: "object", tuple: "list"}[typing.get_origin(annotation)]


def _shown(value: Any) -> str:  # noqa: ANN401 - defaults are of any kind
    if value is None or value in ((), {}):
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
