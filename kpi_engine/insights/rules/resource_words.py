"""How people name the resources of a site."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ResourceWords:
    """title: of the resource as a whole; single, unit: of one and of several; verb: what one does to have more."""

    title: str
    single: str
    unit: str
    verb: str

    def ask_for(self, count: int, *, at_most: bool = False) -> str:
        """Return the action that gives so many more.

        >>> find_words("DOORS_OUT").ask_for(2), find_words("DOORS_OUT").ask_for(1)
        ('open 2 more doors', 'open 1 more door')
        """
        return f"{self.verb} {'up to ' if at_most else ''}{count:,} more {self.single if count == 1 else self.unit}"


WORDS = {
    "DOORS_IN": ResourceWords("Inbound doors", "door", "doors", "open"),
    "DOORS_OUT": ResourceWords("Outbound doors", "door", "doors", "open"),
    "LABOUR_H": ResourceWords("Labour", "hour", "hours", "plan"),
    "STORAGE_POS": ResourceWords("Storage", "position", "positions", "rent"),
    "THROUGHPUT": ResourceWords("Throughput", "unit", "units", "staff and open for"),
    "VEHICLES": ResourceWords("Vehicles", "vehicle", "vehicles", "bring in"),
}


def find_words(resource: str) -> ResourceWords:
    """Return the words of a resource; one without words is named as it is."""
    return WORDS.get(resource) or ResourceWords(resource, "unit", "units", "add")
