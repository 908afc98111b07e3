"""A picture as SVG: readable on light and on dark ground, and by screen readers. The standard library alone.

Whatever a name holds is text: it is escaped, and characters that XML does not have are replaced. An unknown day is a gap in its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from unicodedata import east_asian_width

from kpi_engine.anomalies.formats import format_days
from kpi_engine.anomalies.picture.picture import Picture, PicturePanel, Value
from kpi_engine.anomalies.picture.scale import Scale, add_days, choose_days, format_date, format_value

WIDTH, LEFT, RIGHT = 760.0, 56.0, 28.0
PLOT_WIDTH = WIDTH - LEFT - RIGHT
TOP = 92.0
"""Title, caption and legend."""
WHOLE_HEIGHT, PART_HEIGHT = 190.0, 64.0
PANEL_HEAD, PANEL_FOOT = 24.0, 22.0
WHOLE_TICKS, PART_TICKS = 4, 2
LONGEST_TITLE, LONGEST_CAPTION, LONGEST_LABEL = 74, 108, 88
"""Columns of text; a wide character has two."""
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

STYLE = """
text{font-family:system-ui,-apple-system,"Segoe UI","Liberation Sans",Arial,sans-serif;font-size:12px;fill:#1b2430}
.title{font-size:16px;font-weight:600}.label{font-weight:600}.end{text-anchor:end}.middle{text-anchor:middle}.soft{fill:#5b6675}
.ground{fill:#ffffff}.event{fill:#fbe3df}.band{fill:#a9c7ea}.grid{stroke:#dfe4ea}.zero{stroke:#5b6675}
.expected{stroke:#5b6675;stroke-dasharray:4 3;fill:none;stroke-width:1.5}.actual{stroke:#1f5fa8;fill:none;stroke-width:2}
.dot{fill:#1f5fa8}.flag{fill:#c22f1d;stroke:#ffffff;stroke-width:1.5}.gap{stroke:#c22f1d;stroke-width:2;fill:none}
@media (prefers-color-scheme:dark){text{fill:#eef2f6}.soft{fill:#a9b4c2}.ground{fill:#14181f}.event{fill:#4a2620}.band{fill:#33527a}
.grid{stroke:#343c48}.zero,.expected{stroke:#a9b4c2}.actual{stroke:#8cbcf2}.dot{fill:#8cbcf2}
.flag{fill:#ff8a75;stroke:#14181f}.gap{stroke:#ff8a75}}
"""


def render_svg(picture: Picture) -> str:
    """Return the picture as an SVG document.

    >>> from kpi_engine.examples.pictures import example_picture
    >>> render_svg(example_picture()).partition(">")[0]
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 350" width="760" height="350" role="img" aria-labelledby="t d"'
    """
    parts = [*_heading(picture)]
    y = TOP
    for place, panel in enumerate(picture.panels):
        height = WHOLE_HEIGHT if place == 0 else PART_HEIGHT
        parts += _panel(picture, panel, y + PANEL_HEAD, height, is_whole=place == 0)
        y += PANEL_HEAD + height + PANEL_FOOT
    size = f'viewBox="0 0 {WIDTH:g} {y + 22:g}" width="{WIDTH:g}" height="{y + 22:g}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="t d">'
    return "\n".join(
        [
            head,
            f'<title id="t">{clean_text(picture.title)}</title>',
            f'<desc id="d">{clean_text(describe(picture))}</desc>',
            f"<style>{STYLE}</style>",
            f'<rect class="ground" width="{WIDTH:g}" height="{y + 22:g}"/>',
            *parts,
            "</svg>\n",
        ]
    )


def describe(picture: Picture) -> str:
    """Return what the picture shows, in words."""
    sentences = [picture.caption, f"Days from {picture.first_day} to {picture.last_day}."]
    for panel in picture.panels:
        flags = [
            f"{format_date(add_days(picture.first_day, place))}: {_words(panel.actual[place])} instead of {_words(panel.expected[place])}"
            for place, is_flagged in enumerate(panel.is_flagged)
            if is_flagged
        ]
        sentences.append(f"{panel.label}: {'; '.join(flags) if flags else 'no day is reported'}.")
    return " ".join(sentences)


def clean_text(text: str, longest: int | None = None) -> str:
    """Return text for XML, cut to `longest` characters.

    >>> clean_text("</script>\\x0b&"), clean_text("abcdef", 4)
    ('&lt;/script&gt;\ufffd&amp;', 'abc…')
    """
    text = NOT_XML.sub("\ufffd", text)
    if longest is not None and _count_columns(text) > longest:
        while _count_columns(text) >= longest:
            text = text[:-1]
        text = f"{text}…"
    return escape(text)


def _count_columns(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _heading(picture: Picture) -> Iterator[str]:
    yield f'<text class="title" x="16" y="28">{clean_text(picture.title, LONGEST_TITLE)}</text>'
    yield f'<text class="soft" x="16" y="48">{clean_text(picture.caption, LONGEST_CAPTION)}</text>'
    yield '<rect class="band" x="16" y="63" width="22" height="12"/><text x="44" y="73">expected, P10 to P90</text>'
    yield '<path class="expected" d="M186 69h22"/><text x="214" y="73">expected, P50</text>'
    yield '<path class="actual" d="M310 69h22"/><text x="338" y="73">actual</text>'
    yield '<circle class="flag" cx="400" cy="69" r="5"/><text x="411" y="73">reported</text>'
    yield f'{_cross(484, 69)}<text x="496" y="73">no data</text>'
    yield f'<rect class="event" x="560" y="63" width="22" height="12"/><text x="588" y="73">{_event_days(picture)}</text>'


def _event_days(picture: Picture) -> str:
    return clean_text(f"event, {format_days(*picture.event_days)}")


def _panel(picture: Picture, panel: PicturePanel, top: float, height: float, *, is_whole: bool) -> Iterator[str]:
    """One chart: its label, event days, grid, band, lines and marks."""
    values = [value for layer in (panel.actual, panel.expected, panel.lower, panel.upper) for value in layer]
    scale = Scale.of(values, height, WHOLE_TICKS if is_whole else PART_TICKS)
    share = "" if panel.share is None else f", {panel.share:.0f} % of the change"
    yield f'<g transform="translate({LEFT:g} {top:g})">'
    yield f'<text class="label" x="{16 - LEFT:g}" y="-9">{clean_text(f"{panel.label}{share}", LONGEST_LABEL)}</text>'
    yield from _event(picture, height)
    for tick in scale.ticks:
        kind = "zero" if tick == 0 else "grid"
        yield f'<line class="{kind}" x2="{PLOT_WIDTH:g}" y1="{scale.y(tick):.1f}" y2="{scale.y(tick):.1f}"/>'
        yield f'<text class="soft end" x="-6" y="{scale.y(tick) + 4:.1f}">{format_value(tick)}</text>'
    if all(value is None for value in values):
        yield f'<text class="soft middle" x="{PLOT_WIDTH / 2:g}" y="{height / 2:g}">no value is known</text>'
    n_days = picture.n_days
    yield from _band(panel, scale, n_days)
    yield from _line("expected", panel.expected, scale, n_days)
    yield from _line("actual", panel.actual, scale, n_days)
    yield from _flags(panel, scale, n_days)
    for place in choose_days(picture.first_day, n_days):
        label = format_date(add_days(picture.first_day, place))
        yield f'<text class="soft middle" x="{_x(place, n_days):.1f}" y="{height + 16:g}">{label}</text>'
    yield "</g>"


def _x(place: float, n_days: int) -> float:
    """The middle of a day."""
    return PLOT_WIDTH * (place + 0.5) / n_days


def _event(picture: Picture, height: float) -> Iterator[str]:
    first, last = ((day - picture.first_day).days for day in picture.event_days)
    first, last = max(first, 0), min(last, picture.n_days - 1)
    if first <= last:
        begin, end = (_x(place, picture.n_days) for place in (first - 0.5, last + 0.5))
        yield f'<rect class="event" x="{begin:.1f}" width="{end - begin:.1f}" height="{height:g}"/>'


def _band(panel: PicturePanel, scale: Scale, n_days: int) -> Iterator[str]:
    """The interval, one area for each run of days that have one."""
    bounds = zip(panel.lower, panel.upper, strict=True)
    for run in _runs([None if lower is None else upper for lower, upper in bounds]):
        ends = [(place, place) for place in run] if len(run) > 1 else [(run[0] - 0.5, run[0]), (run[0] + 0.5, run[0])]
        top, low = ([(_x(at, n_days), scale.y(_or_zero(layer[place]))) for at, place in ends] for layer in (panel.upper, panel.lower))
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in [*top, *reversed(low)])
        yield f'<polygon class="band" points="{points}"/>'


def _line(kind: str, values: Sequence[Value], scale: Scale, n_days: int) -> Iterator[str]:
    """A line for each run of known days; a day that stands alone is a short line, or a dot."""
    for run in _runs(values):
        points = [(_x(place, n_days), scale.y(_or_zero(values[place]))) for place in run]
        if len(points) > 1:
            yield f'<polyline class="{kind}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>'
        elif kind == "actual":
            yield f'<circle class="dot" cx="{points[0][0]:.1f}" cy="{points[0][1]:.1f}" r="3"/>'
        else:
            half = PLOT_WIDTH / n_days / 2
            yield f'<path class="{kind}" d="M{points[0][0] - half:.1f} {points[0][1]:.1f}h{2 * half:.1f}"/>'


def _flags(panel: PicturePanel, scale: Scale, n_days: int) -> Iterator[str]:
    """A dot on each reported day, a cross where it has no data."""
    for place, is_flagged in enumerate(panel.is_flagged):
        actual, expected = panel.actual[place], panel.expected[place]
        if is_flagged and actual is not None:
            yield f'<circle class="flag" cx="{_x(place, n_days):.1f}" cy="{scale.y(actual):.1f}" r="5"/>'
        elif is_flagged:
            yield _cross(_x(place, n_days), scale.y(expected or 0.0))


def _cross(x: float, y: float) -> str:
    return f'<path class="gap" d="M{x - 4:.1f} {y - 4:.1f}l8 8m0 -8l-8 8"/>'


def _runs(values: Sequence[Value]) -> list[list[int]]:
    """The places of each run of known values."""
    groups = groupby(range(len(values)), key=lambda place: values[place] is not None)
    return [list(places) for is_known, places in groups if is_known]


def _or_zero(value: Value) -> float:
    return 0.0 if value is None else value


def _words(value: Value) -> str:
    return "no data" if value is None else format_value(value)
