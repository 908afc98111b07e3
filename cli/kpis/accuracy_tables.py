"""Forecast accuracy as tables: pooled figures with the median and the largest series beside them, and the series out of control."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from cli.kpis.tables import UNDEFINED, format_value
from runtime.services.documents.json_rows import JsonObject as Body

BASES = {"BACKTEST": "back-test", "ACTUALS": "actual demand"}


def render_accuracy(body: Body) -> RenderableType:
    """Return the headline figures, the units of measure where there are several, and the worst series."""
    if body["window"] is None:
        return "No forecast of this run has been compared with demand yet."
    metrics, window = body["metrics"], body["window"]
    table = Table(title=f"Forecast accuracy {window['start']} to {window['end']}, against {BASES.get(body['basis'], body['basis'])}")
    for name in ("figure", "value", ""):
        table.add_column(name, justify="right" if name == "value" else "left", overflow="fold")
    for name, value, note in _list_figures(metrics):
        table.add_row(name, format_value(value), escape(note))
    units = body["unit_breakdown"]
    parts: list[RenderableType] = [table]
    if len(units) > 1:
        parts.append(_render_units(units))
    if (control := metrics["bias"].get("control")) and control["worst_series"]:
        parts.append(_render_worst(control["worst_series"]))
    return Group(*parts)


def _list_figures(metrics: Body) -> Iterable[tuple[str, object, str]]:
    more, bias, undefined = metrics["additional"], metrics["bias"], metrics["undefined"]
    largest = more["largest_series"]
    yield "WAPE %", metrics["wape"]["value"], undefined.get("wape", f"{metrics['joins']['matched']:,} points")
    yield "median series %", more["median_series_wape"], undefined.get("median_series_wape", "")
    name = f"{largest['site_id']} {largest['sku_id']}, WAPE without it {format_value(more['wape_without_largest'])} %" if largest else ""
    yield "largest series, % of volume", more["largest_series_share"], name
    yield "WAPE by value %", more["wape_by_value"], undefined.get("wape_by_value", "")
    yield "skill %", metrics["fva"]["skill"], undefined.get("forecast_skill", f"against {metrics['fva']['benchmark']}; no series decides")
    yield "bias %", bias["percent"], undefined.get("bias_percent", "positive: forecast too high")
    yield "bias, units", bias["units"], undefined.get("bias_units", "")
    control = bias.get("control") or {}
    note = f"of {format_count(control.get('series_judged'))}, with {format_value(control.get('volume_out_of_control'))} % of their volume"
    count = control.get("series_out_of_control")
    yield "series out of control", format_count(count), undefined.get("series_out_of_control", note)


def format_count(value: float | None) -> str:
    """Return a whole number, or a dash.

    >>> format_count(1234.0), format_count(None)
    ('1,234', '-')
    """
    return UNDEFINED if value is None else f"{value:z,.0f}"


def _render_units(rows: Iterable[Body]) -> Table:
    table = Table(title="By unit of measure")
    table.add_column("unit")
    for name in ("series", "volume", "WAPE %", "bias", "bias %"):
        table.add_column(name, justify="right")
    for row in rows:
        figures = [row[name] for name in ("n_series", "volume", "wape", "bias_units", "bias_pct")]
        table.add_row(escape(row["uom"] or "not stated"), *map(format_value, figures))
    return table


def _render_worst(rows: Iterable[Body]) -> Table:
    table = Table(title="Series that are always forecast too high (+) or too low (-): the largest bias first")
    table.add_column("series", overflow="fold")
    for name in ("tracking signal", "limit", "bias", "bias %", "% of volume"):
        table.add_column(name, justify="right")
    for row in rows:
        figures = [row[name] for name in ("tracking_signal", "limit", "bias_units", "bias_pct", "volume_share")]
        table.add_row(escape(f"{row['site_id']} {row['sku_id']}"), *map(format_value, figures))
    return table
