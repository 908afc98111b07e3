"""Units of measure that convert into each other by definition, whatever the article: pieces, weights, volumes and lengths."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class Dimension(StrEnum):
    """What a unit measures."""

    PIECES = "pieces"
    WEIGHT = "weight"
    VOLUME = "volume"
    LENGTH = "length"
    AREA = "area"


class Measure(NamedTuple):
    """One unit: its dimension, and its size in the first unit of that dimension (pieces, kilograms, litres, metres, square metres)."""

    dimension: Dimension
    size: Decimal


MEASURES = {
    "EA": Measure(Dimension.PIECES, Decimal(1)),
    "C62": Measure(Dimension.PIECES, Decimal(1)),
    "H87": Measure(Dimension.PIECES, Decimal(1)),
    "DZN": Measure(Dimension.PIECES, Decimal(12)),
    "KGM": Measure(Dimension.WEIGHT, Decimal(1)),
    "GRM": Measure(Dimension.WEIGHT, Decimal("0.001")),
    "TNE": Measure(Dimension.WEIGHT, Decimal(1000)),
    "LBR": Measure(Dimension.WEIGHT, Decimal("0.45359237")),
    "LTR": Measure(Dimension.VOLUME, Decimal(1)),
    "MLT": Measure(Dimension.VOLUME, Decimal("0.001")),
    "MTQ": Measure(Dimension.VOLUME, Decimal(1000)),
    "MTR": Measure(Dimension.LENGTH, Decimal(1)),
    "CMT": Measure(Dimension.LENGTH, Decimal("0.01")),
    "FOT": Measure(Dimension.LENGTH, Decimal("0.3048")),
    "INH": Measure(Dimension.LENGTH, Decimal("0.0254")),
    "MTK": Measure(Dimension.AREA, Decimal(1)),
}

CASE, PALLETS = "CS", ("PX", "PF")
"""The packages whose content the master of the SKUs states."""
