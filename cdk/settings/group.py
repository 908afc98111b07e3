"""What every group of settings has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class SettingGroup(BaseModel):
    """Keys are written in camelCase in cdk.json and on the command line."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)
