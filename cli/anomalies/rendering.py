"""Anomalies as text for a terminal of up to 100 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from cli.anomalies.picture import LEGEND, draw_panel
from cli.anomalies.records import AnomalyDetails, AnomalyPage, AnomalyRecord, ContributorRecord, UnsentPage
from cli.insights.rendering import COLOURS, limit_width
from cli.run_history import SHORT_ID
from kpi_engine.anomalies.formats import DIMENSION_NAMES, format_number
from kpi_engine.anomalies.picture.picture import parse_picture

SMALL_ROWS = 5
UNKNOWN = "-"


def render_list(page: AnomalyPage, details: Sequence[AnomalyDetails] = (), *, is_filtered: bool = False) -> RenderableType:
    """Return the anomalies as a table, and below it pictures of some of them."""
    if not page["anomalies"]:
        reason = "Nothing matches." if is_filtered else "Nothing was other than expected."
        return limit_width(*(page["meta"]["warnings"] or [f"{reason} Data to {page['meta']['as_of_date']}."]))
    table = Table(box=None, pad_edge=False, expand=True, header_style="dim")
    for name, width in (("id", 8), ("severity", 8), ("anomaly", None), ("units", 8), ("worth", 13), ("seen", 4), ("state", 9)):
        is_number = name in ("units", "worth", "seen")
        justify = "right" if is_number else "left"
        table.add_column(name, width=width, overflow="fold", ratio=None if width else 1, justify=justify)  # type: ignore[arg-type]
    for row in page["anomalies"]:
        colour = COLOURS.get(row["severity"], "white")
        events = f" [dim](known: {escape(', '.join(row['known_events']))})[/]" if row["known_events"] else ""
        cells = (f"[{colour}]{row['severity']}[/]", f"{escape(row['title'])}{events}", name_units(row), name_money(row))
        table.add_row(row["group_id"][:SHORT_ID], *cells, f"{row['occurrence_count']}x", name_state(row))
    parts: list[RenderableType] = [table]
    for anomaly in details:
        parts += ["", *_small_picture(anomaly)]
    if details:
        parts.append(f"[dim]{LEGEND}[/]")
    if page["page"]["has_more"]:
        parts.append("More match; narrow the list with --severity, --type, --site or --sku.")
    first = page["anomalies"][0]["group_id"][:SHORT_ID]
    return limit_width(*parts, f"Why, and what to do: ./signify anomalies {first}")


def render_anomaly(anomaly: AnomalyDetails) -> RenderableType:
    """Return one anomaly: what, where, how much, why, what to do, what people said, and its pictures."""
    colour = COLOURS.get(anomaly["severity"], "white")
    grid = Table.grid(padding=(0, 2), expand=True)
    grid.add_column(width=10, no_wrap=True, style="dim")
    grid.add_column(overflow="fold", ratio=1)
    for title, lines in _sections(anomaly):
        for place, line in enumerate(lines):
            grid.add_row(title if place == 0 else "", line)
    parts: list[RenderableType] = [f"[{colour}]{anomaly['severity']}[/]  [bold]{escape(anomaly['title'])}[/]", grid]
    if anomaly["picture"]:
        picture = parse_picture(anomaly["picture"])
        for panel in picture.panels:
            parts += ["", draw_panel(picture, panel)]
        parts.append(f"[dim]{LEGEND}[/]")
    return limit_width(*parts)


def render_unsent(page: UnsentPage) -> RenderableType:
    """Return what was not sent in a week, and why."""
    if not page["unsent"]:
        return limit_width(f"Week {page['week']}: every anomaly was sent.")
    table = Table(title=f"Not sent in week {page['week']}", box=None, pad_edge=False, expand=True, header_style="dim")
    for name, width in (("id", 8), ("severity", 8), ("anomaly", None), ("units", 8), ("days", 4), ("why", 30)):
        table.add_column(name, width=width, overflow="fold", ratio=None if width else 1)
    for row in page["unsent"]:
        colour = COLOURS.get(row["severity"], "white")
        units = UNKNOWN if row["delta_units"] is None else format_number(row["delta_units"], has_sign=True)
        why = row["reason"].lower().replace("_", " ")
        detail = f" [dim]({escape(row['reason_detail'].replace('_', ' '))})[/]" if row["reason_detail"] else ""
        cells = (f"[{colour}]{row['severity']}[/]", escape(row["title"]), units, str(row["days"]))
        table.add_row(row["group_id"][:SHORT_ID], *cells, f"{why}{detail}")
    return limit_width(table)


def name_units(row: AnomalyRecord) -> str:
    """Write the units of a row: those expected on days without data in brackets."""
    if row["delta_units"] is not None:
        return format_number(row["delta_units"], has_sign=True)
    return f"({format_number(row['units_unseen'])})" if row["units_unseen"] else UNKNOWN


def name_money(row: AnomalyRecord) -> str:
    """Write the expected money of a row, a dash when it is unknown."""
    return UNKNOWN if row["money"] is None else f"{row['money']['expected']:,.0f} {row['money']['currency']}"


def name_state(row: AnomalyRecord) -> str:
    """Write what became of a row: what people said of it, that it is over, or whether people were told."""
    if row["verdict"]:
        return row["verdict"].lower().replace("_", " ")
    if row["status"] != "OPEN":
        return row["status"].lower()
    return "told" if row["is_told"] else "not told" if row["is_material"] else "too small"


def _small_picture(anomaly: AnomalyDetails) -> Iterator[RenderableType]:
    yield f"[dim]{anomaly['group_id'][:SHORT_ID]}[/]  {escape(anomaly['title'])}"
    if anomaly["picture"]:
        picture = parse_picture(anomaly["picture"])
        yield draw_panel(picture, picture.panels[0], SMALL_ROWS)


def _sections(anomaly: AnomalyDetails) -> Iterator[tuple[str, Sequence[str]]]:
    yield "Seen", [_write_change(anomaly)]
    times = f"{anomaly['occurrence_count']} time{'' if anomaly['occurrence_count'] == 1 else 's'}"
    period = f"{anomaly['start_date']} to {anomaly['end_date']}, {anomaly['status'].lower()}"
    yield "When", [f"{period}; seen {times} since {anomaly['first_seen']}"]
    yield "Where", [_write_contributors(name, rows) for name, rows in anomaly["contributors"].items() if rows]
    yield "Worth", [_write_worth(anomaly), *(escape(text) for text in anomaly["assumptions"])]
    yield "Known", [escape(", ".join(anomaly["known_events"]))] if anomaly["known_events"] else []
    yield "Cause", [escape(f"{each['cause']} ({each['evidence']})") for each in anomaly["likely_causes"]]
    action = anomaly["recommended_action"]
    yield "Do", [escape(f"{action['action']} ({action['owner_role']}, by {action['deadline']})")] if action else []
    yield "Alert", [_write_alert(anomaly)]
    yield "Feedback", [*_write_feedback(anomaly)]
    yield "Picture", [f"GET {anomaly['links']['picture']}"] if anomaly["links"]["picture"] else []
    yield "Insight", [f"./signify explain {_id_of(anomaly['links']['insight'])}"] if anomaly["links"]["insight"] else []
    command = f"./signify anomalies feedback {anomaly['group_id'][:SHORT_ID]}"
    yield "Say so", [f"{command} real|not-real|expected --reason WHY"]


def _write_change(anomaly: AnomalyDetails) -> str:
    change = anomaly["expected_and_seen"]
    actual, expected, lower, upper = (change[name] if change else None for name in ("seen", "expected", "lower", "upper"))
    size = f"{name_units(anomaly)} units, score {anomaly['score']:.0f}"
    if actual is None or expected is None:
        return size
    interval = "" if lower is None or upper is None else f" ({format_number(lower)} to {format_number(upper)})"
    return f"{format_number(actual)}, expected {format_number(expected)}{interval}: {size}"


def _write_contributors(name: str, rows: Sequence[ContributorRecord]) -> str:
    values = [f"{row.get('others')} more" if row["value"] is None else row["value"] for row in rows]
    texts = [f"{value} {row['share']:.0f} %" for value, row in zip(values, rows, strict=True)]
    return escape(f"{DIMENSION_NAMES.get(name, name)}: {', '.join(texts)}")


def _write_worth(anomaly: AnomalyDetails) -> str:
    if anomaly["money"]:
        return name_money(anomaly)
    return f"unknown ({(anomaly['money_reason'] or 'no run has seen it lately').replace('_', ' ')})"


def _write_alert(anomaly: AnomalyDetails) -> str:
    alert = anomaly["alert"]
    if alert is None:
        return "people were told" if anomaly["is_told"] else "nobody was told"
    if alert["state"] == "SENT":
        return "people were told"
    detail = (alert["reason_detail"] or "").replace("_", " ")
    return escape(f"not sent: {str(alert['reason']).lower().replace('_', ' ')} ({detail})")


def _write_feedback(anomaly: AnomalyDetails) -> Iterator[str]:
    for each in anomaly["feedback"]:
        verdict = f"{each['verdict'].lower().replace('_', ' ')}{', withdrawn' if each['withdrawn_at'] else ''}"
        yield escape(f"{each['feedback_id'][:SHORT_ID]}  {verdict}: {each['reason']} ({each['at'][:16]})")
    if anomaly["threshold"]:
        yield escape(f"its run: {anomaly['threshold']['text']}")
    yield escape(f"next run: {anomaly['next_threshold']['text']}")


def _id_of(link: str | None) -> str:
    return (link or "").rpartition("/")[2][:SHORT_ID]
