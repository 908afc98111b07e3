"""The names under which people keep the columns of the contracts, in the languages and systems seen most.

A name is compared without case, spaces, hyphens, underscores, dots and accents. Of two columns of a file that mean the same, the one whose
name comes first here is proposed.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

NAMES = files("cli.mapping").joinpath("column_names.toml")


@cache
def aliases() -> Mapping[str, Sequence[str]]:
    """Return column of a contract -> other names for it, the likeliest first."""
    names: Mapping[str, Sequence[str]] = tomllib.loads(NAMES.read_text(encoding="utf-8"))
    return names


def letters_of(name: str) -> str:
    """Return the letters and digits of a column name without case and accents: a looser comparison than that of the platform.

    >>> letters_of("Qté vendue (pcs)")
    'qtevenduepcs'
    """
    letters = unicodedata.normalize("NFKD", name.replace("ß", "ss")).casefold()
    return re.sub(r"[^\w]|_", "", "".join(letter for letter in letters if not unicodedata.combining(letter)))


def likeness(name: str, column: str) -> int | None:
    """Return the rank of a file's column name among those of a contract's column: 0 is the name itself; None when it is no such name."""
    names = (column, *aliases().get(column, ()))
    ranks = [rank for rank, alias in enumerate(names) if letters_of(alias) == letters_of(name)]
    return ranks[0] if ranks else None
