"""The definitions of the metrics, as the API returns them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from kpi_engine.definitions import FAMILIES, all_definitions
from runtime.errors import InvalidInput
from runtime.models.domain.nearest import suggest


def warn_of_metrics(names: Sequence[str]) -> list[str]:
    """Return a warning for each name that no metric has, with the nearest one."""
    known_names = {definition.name for definition in all_definitions()}
    mistyped_names = [name for name in names if name not in known_names]
    return [f"metric = {name!r} is not known.{suggest(name, known_names)} See /kpis/definitions." for name in mistyped_names]


def definitions(family: str | None) -> list[dict[str, object]]:
    """Return every definition, or those of one family. Raises InvalidInput naming the families."""
    if family is not None and family not in FAMILIES:
        raise InvalidInput(f"family = {family!r}: should be one of {', '.join(FAMILIES)}.", parameter="family")
    return [asdict(definition) for definition in all_definitions() if family in (None, definition.family)]
