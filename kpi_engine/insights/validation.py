"""Check an explanation: its text states no number that its figures do not have, its drivers add up, and its hash is right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from math import fsum

from kpi_engine.insights.explanation import hash_content
from kpi_engine.insights.finding import DO_NOTHING
from kpi_engine.insights.json_values import Json, JsonDocument

TEXTS = {
    "headline", "cause", "question_answered", "action", "assumptions", "limits", "hypothesis", "why_rejected", "formula", "decomposition",
}  # fmt: skip
"""Members that hold sentences; every other text is a name or a date, and every number a figure."""
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?!\w)")
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
TOLERANCE_PERCENT = 0.1
UNCHECKED = ("formula", "decomposition")


def find_faults(explanation: JsonDocument) -> list[str]:
    """Return what is wrong with an explanation; empty when nothing is."""
    figures, names, texts = _collect(explanation)
    faults = [f"{text!r} states {number}, which no figure has" for text in texts for number in find_foreign_numbers(text, figures, names)]
    return [*faults, *_check_drivers(explanation), *_check_actions(explanation), *_check_hash(explanation)]


def find_foreign_numbers(text: str, figures: set[float], names: set[str]) -> list[str]:
    """Return the numbers of a text that no figure has, rounded as the text states them; numbers in names and days are none.

    >>> find_foreign_numbers("58 % above forecast at LDS1, 27 Nov", {57.9}, {"LDS1", "2026-11-27"})
    []
    >>> find_foreign_numbers("59 % above forecast", {57.9}, set())
    ['59']
    """
    days = {date.fromisoformat(name) for name in names if ISO_DAY.fullmatch(name)}
    numbers = {abs(figure) for figure in figures} | {float(part) for day in days for part in (day.year, day.month, day.day)}
    for name in sorted(names, key=len, reverse=True):
        if any(character.isdigit() for character in name):
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "", text)
    return [token for token in NUMBER.findall(text) if not _is_known(token, numbers)]


def _is_known(token: str, numbers: set[float]) -> bool:
    digits = len(token.partition(".")[2])
    value = float(token.replace(",", "").rstrip("."))
    return any(abs(figure - value) <= 0.5 * 10**-digits * (1 + 1e-9) for figure in numbers)


def _collect(explanation: JsonDocument) -> tuple[set[float], set[str], list[str]]:
    figures: set[float] = set()
    names: set[str] = set()
    texts: list[str] = []
    for key, value in _leaves(explanation, ""):
        if isinstance(value, str):
            texts.append(value) if key in TEXTS and key not in UNCHECKED else names.add(value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            figures.add(float(value))
    parts = {part for name in names for part in name.split(", ")}
    return figures, names | parts, texts


def _leaves(value: Json, key: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _leaves(each, name)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _leaves(each, key)
    else:
        yield key, value


def _check_drivers(explanation: JsonDocument) -> Iterator[str]:
    drivers, delta = explanation["drivers"], explanation["what_happened"]["delta"]
    if not drivers:
        if delta:
            yield f"no driver explains the difference of {delta}"
        return
    percent, units = (fsum(driver[name] for driver in drivers) for name in ("contribution_pct", "contribution_units"))
    if abs(percent - 100) > TOLERANCE_PERCENT:
        yield f"the drivers add up to {percent:.2f} %, not to 100 %"
    if abs(units - delta) > TOLERANCE_PERCENT / 100 * max(abs(delta), 1e-9):
        yield f"the drivers add up to {units}, the difference is {delta}"


def _check_actions(explanation: JsonDocument) -> Iterator[str]:
    if DO_NOTHING not in [each["action"] for each in explanation["counterfactuals"]]:
        yield "no counterfactual says what follows from doing nothing"
    for each in explanation["counterfactuals"]:
        if each["feasible"] is None and not each["feasibility_reason"]:
            yield f"it is unknown whether {each['action']!r} is possible, without a reason"


def _check_hash(explanation: JsonDocument) -> Iterator[str]:
    if explanation["reproduce"]["expected_hash"] != hash_content(explanation):
        yield "the hash is not that of the content"
