"""Numbers of formats that store them as numbers: their point separates decimals for certain, which text does not show."""

import re

from contracts.datasets import ColumnType, Contract

_COULD_BE_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")


class NumberText(str):
    """The text of a number, with a decimal point, so that none passes through floating point."""

    __slots__ = ()

    def with_certain_point(self) -> str:
        """Return the text as no other number can be read from it: 1.125, which could be a thousand too, becomes 1.1250."""
        return f"{self}0" if _COULD_BE_THOUSANDS.fullmatch(self) else str(self)


def list_number_columns(contract: Contract) -> frozenset[str]:
    """Return the columns of numbers."""
    return frozenset(column.name for column in contract.columns if column.type in (ColumnType.DECIMAL, ColumnType.RATE, ColumnType.INTEGER))


def number_text(value: str, decimal_mark: str, *, is_in_number_column: bool) -> str:
    """Return a value as a text file of the layout would have it; everything but a NumberText is text already."""
    if not isinstance(value, NumberText):
        return value
    text = value.with_certain_point() if is_in_number_column else str(value)
    return text.replace(".", decimal_mark)
