"""The content of a picture: values by day, for a whole and for its largest contributors. The standard library alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias, TypedDict

Value: TypeAlias = float | None


class PanelDocument(TypedDict):
    """A panel as JSON; reported_places: the places of the days that are reported."""

    label: str
    share: float | None
    actual: list[Value]
    expected: list[Value]
    lower: list[Value]
    upper: list[Value]
    reported_places: list[int]


class PictureDocument(TypedDict):
    """A picture as JSON."""

    title: str
    caption: str
    first_day: str
    event_days: list[str]
    panels: list[PanelDocument]


@dataclass(frozen=True)
class PicturePanel:
    """One series or total by day; None is unknown. is_flagged: the days that the group reports of it. share: of the change, percent."""

    label: str
    actual: tuple[Value, ...]
    expected: tuple[Value, ...]
    lower: tuple[Value, ...]
    upper: tuple[Value, ...]
    is_flagged: tuple[bool, ...]
    share: float | None = None

    def as_dict(self) -> PanelDocument:
        """Return the panel for JSON."""
        return {
            "label": self.label,
            "share": self.share,
            "actual": list(self.actual),
            "expected": list(self.expected),
            "lower": list(self.lower),
            "upper": list(self.upper),
            "reported_places": [place for place, is_flagged in enumerate(self.is_flagged) if is_flagged],
        }


@dataclass(frozen=True)
class Picture:
    """A picture of the days from first_day on; event_days: the first and the last day of the event. The first panel is the whole."""

    title: str
    caption: str
    first_day: date
    event_days: tuple[date, date]
    panels: tuple[PicturePanel, ...]

    @property
    def n_days(self) -> int:
        """The number of days."""
        return len(self.panels[0].actual) if self.panels else 0

    @property
    def last_day(self) -> date:
        """The last day."""
        return self.first_day + timedelta(days=max(self.n_days - 1, 0))

    def as_dict(self) -> PictureDocument:
        """Return the picture for JSON."""
        return {
            "title": self.title,
            "caption": self.caption,
            "first_day": self.first_day.isoformat(),
            "event_days": [day.isoformat() for day in self.event_days],
            "panels": [panel.as_dict() for panel in self.panels],
        }


def parse_picture(document: PictureDocument) -> Picture:
    """Return the picture that `as_dict` wrote.

    >>> panel = PicturePanel("LDS1", (1.0, None), (1.0, 2.0), (0.5, 1.0), (2.0, 3.0), (False, True))
    >>> picture = Picture("rise", "", date(2026, 11, 20), (date(2026, 11, 21), date(2026, 11, 21)), (panel,))
    >>> parse_picture(picture.as_dict()) == picture
    True
    """
    first, last = (date.fromisoformat(day) for day in document["event_days"])
    return Picture(
        title=document["title"],
        caption=document["caption"],
        first_day=date.fromisoformat(document["first_day"]),
        event_days=(first, last),
        panels=tuple(_parse_panel(each) for each in document["panels"]),
    )


def _parse_panel(document: PanelDocument) -> PicturePanel:
    flags = set(document["reported_places"])
    return PicturePanel(
        label=document["label"],
        actual=tuple(document["actual"]),
        expected=tuple(document["expected"]),
        lower=tuple(document["lower"]),
        upper=tuple(document["upper"]),
        is_flagged=tuple(place in flags for place in range(len(document["actual"]))),
        share=document["share"],
    )
