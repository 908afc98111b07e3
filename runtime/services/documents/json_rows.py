"""JSON objects of the documents of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

JsonObject: TypeAlias = Mapping[str, Any]
"""A report or a row of one, as it is written and read."""
