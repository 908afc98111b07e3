"""The definitions of the metrics, as the API returns them."""

from __future__ import annotations

from dataclasses import asdict

from kpi_engine.definitions import FAMILIES, all_definitions
from runtime.errors import InvalidInput


def definitions(family: str | None) -> list[dict[str, object]]:
    """Return every definition, or those of one family. Raises InvalidInput naming the families."""
    if family is not None and family not in FAMILIES:
        raise InvalidInput(f"family = {family!r}: should be one of {', '.join(FAMILIES)}.", parameter="family")
    return [asdict(definition) for definition in all_definitions() if family in (None, definition.family)]
