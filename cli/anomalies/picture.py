"""A small picture for the terminal: the expected band, what was expected, what came, and the reported days; one column for each day."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from kpi_engine.anomalies.picture.picture import Picture, PicturePanel, Value
from kpi_engine.anomalies.picture.scale import Scale, format_date, format_value

ROWS = 7
SMALLEST_RANGE = 1.0
"""All values may be zero."""
LABEL_WIDTH = 7
BAND, EXPECTED, ACTUAL, REPORTED, NO_DATA = "░", "─", "•", "◆", "×"
LEGEND = f"{BAND} expected, P10 to P90   {EXPECTED} expected   {ACTUAL} actual   {REPORTED} reported   {NO_DATA} no data"


def draw_panel(picture: Picture, panel: PicturePanel, n_rows: int = ROWS) -> Text:
    """Return a chart of one panel, with its label above and its first and last day below."""
    values = [value for layer in (panel.actual, panel.expected, panel.lower, panel.upper) for value in layer]
    known_values = [0.0, *(value for value in values if value is not None)]
    scale = Scale(min(known_values), max(*known_values, min(known_values) + SMALLEST_RANGE), n_rows - 1, ())
    columns = [_column(panel, place, scale, n_rows) for place in range(picture.n_days)]
    share = "" if panel.share is None else f", {panel.share:.0f} % of the change"
    text = Text(f"{'':{LABEL_WIDTH}}  {panel.label}{share}\n", style="bold")
    for row in range(n_rows):
        text.append(f"{_label(row, scale, n_rows):>{LABEL_WIDTH}} ", style="dim not bold")
        text.append("┤" if _label(row, scale, n_rows) else "│", style="dim not bold")
        for column in columns:
            mark = column[row]
            text.append(mark, style=STYLES.get(mark, "not bold"))
        text.append("\n")
    first, last = format_date(picture.first_day), format_date(picture.last_day)
    gap = max(1, picture.n_days - len(first) - len(last))
    days = last if picture.n_days < len(first) + len(last) + 1 else f"{first}{' ' * gap}{last}"
    text.append(f"{'':{LABEL_WIDTH}}  {days}", style="dim not bold")
    return text


STYLES = {BAND: "blue not bold", EXPECTED: "dim not bold", ACTUAL: "cyan not bold", REPORTED: "bold red", NO_DATA: "bold red"}


def _column(panel: PicturePanel, place: int, scale: Scale, n_rows: int) -> Sequence[str]:
    """The marks of one day, from the top; the later ones cover the earlier ones."""
    marks = [" "] * n_rows
    lower, upper = panel.lower[place], panel.upper[place]
    if lower is not None and upper is not None:
        for row in range(_row(upper, scale), _row(lower, scale) + 1):
            marks[row] = BAND
    expected, actual = panel.expected[place], panel.actual[place]
    _set(marks, expected, EXPECTED, scale)
    _set(marks, actual, REPORTED if panel.is_flagged[place] else ACTUAL, scale)
    if actual is None and panel.is_flagged[place]:
        _set(marks, expected or 0.0, NO_DATA, scale)
    return marks


def _set(marks: list[str], value: Value, mark: str, scale: Scale) -> None:
    if value is not None:
        marks[_row(value, scale)] = mark


def _row(value: float, scale: Scale) -> int:
    return min(max(round(scale.y(value)), 0), round(scale.height))


def _label(row: int, scale: Scale, n_rows: int) -> str:
    """The value of the highest and the lowest row, and zero."""
    if row in (0, n_rows - 1):
        return format_value(scale.high if row == 0 else scale.low)
    return "0" if row == _row(0.0, scale) else ""
