"""JSON, whose values have any type."""

from __future__ import annotations

from typing import Any, TypeAlias

Json: TypeAlias = Any
"""A value of JSON: None, a truth, a number, a text, a list or a document."""
JsonDocument: TypeAlias = dict[str, Json]
"""A document by the names of its members."""
