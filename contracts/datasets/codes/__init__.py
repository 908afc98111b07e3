"""The code lists that columns refer to by name: the codes of one standard each, in a text file of codes beside this module.

`python -m tools.code_lists` writes the files anew from pycountry and the time zone database of the machine; units.txt is kept by hand.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class CodeList(StrEnum):
    """A list of codes, by the name of its file; `standard` is what a message calls it, `example` one of its codes."""

    standard: str
    example: str

    def __new__(cls, name: str, standard: str, example: str) -> CodeList:
        """Make the member whose text is the name of the file."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.standard, member.example = standard, example
        return member

    UNITS = ("units", "unit code of UN/CEFACT Recommendation 20 or 21", "EA")
    CURRENCIES = ("currencies", "currency code of ISO 4217", "EUR")
    COUNTRIES = ("countries", "country code of ISO 3166-1", "NL")
    SUBDIVISIONS = ("subdivisions", "subdivision code of ISO 3166-2", "NL-ZH")
    TIME_ZONES = ("time_zones", "time zone of the IANA database", "Europe/Amsterdam")


class DoubtfulUnit(NamedTuple):
    """A code that systems write for a unit, and what it is in Recommendation 20 or 21 ("" for none)."""

    unit: str
    standard_meaning: str


@cache
def load_codes(code_list: CodeList) -> tuple[str, ...]:
    """Return the codes of a list, in the order of its file."""
    lines = files(__name__).joinpath(f"{code_list.value}.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line.split()[0] for line in lines if line and not line.startswith("#"))


DOUBTFUL = "?"
"""Mark of a line about a code that only a mapping may read."""


@cache
def unit_spellings() -> dict[str, tuple[str, ...]]:
    """Return the names that people and systems give to a unit, in capitals, by its code."""
    return {unit: tuple(names.split()) for unit, _, names in (line.partition(" ") for line in _spelling_lines()) if unit != DOUBTFUL}


@cache
def doubtful_units() -> dict[str, DoubtfulUnit]:
    """Return the codes that systems write for a unit, and that the standard has for something else: only a mapping decides.

    >>> doubtful_units()["ST"]
    DoubtfulUnit(unit='EA', standard_meaning='a sheet')
    """
    lines = (line.split(maxsplit=3)[1:] for line in _spelling_lines() if line.startswith(DOUBTFUL))
    return {name: DoubtfulUnit(unit, " ".join(meaning)) for name, unit, *meaning in lines}


def _spelling_lines() -> list[str]:
    lines = files(__name__).joinpath("unit_spellings.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]
