"""Forecasts as tables, sparklines and sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from rich.markup import escape
from rich.table import Table

from runtime.services.documents.json_rows import JsonObject as Body

BARS = "▁▂▃▄▅▆▇█"


def render_series(rows: Sequence[Body]) -> Iterator[Table | str]:
    """Yield for each site a table of days with the band, and a sparkline of the median between the bounds."""
    for site_id, group in groupby(rows, key=lambda row: str(row["site_id"])):
        days = list(group)
        table = Table(title=f"{escape(str(days[0]['sku_id']))} at {escape(site_id)}, in {escape(str(days[0]['uom']))}")
        for name in ("day", "low (P10)", "median", "high (P90)", "mean"):
            table.add_column(name, justify="left" if name == "day" else "right")
        for row in days:
            figures = [row["confidence_lower"], row["predicted_value"], row["confidence_upper"], row["mean_value"]]
            table.add_row(str(row["forecast_date"]), *map(_format, figures))
        yield table
        yield render_band(days)
        means = [row["mean_value"] for row in days]
        if None not in means:
            yield f"Expected in total: {_format(sum(means))} {escape(str(days[0]['uom']))} in {len(days)} days (sum of the means)."


def render_band(days: Sequence[Body]) -> str:
    """Return three lines on one scale: the upper bound, the median and the lower bound of each day."""
    lines = {"high": "confidence_upper", "median": "predicted_value", "low": "confidence_lower"}
    values = {label: [row[name] for row in days] for label, name in lines.items()}
    top = max((value for line in values.values() for value in line if value is not None), default=0.0)
    return "\n".join(f"{label:>6} {draw(line, top)}" for label, line in values.items())


def draw(values: Sequence[float | None], top: float) -> str:
    """Return one bar a value, from 0 to the top; a blank where there is none.

    >>> draw([0, 5, None, 10], 10)
    '▁▅ █'
    """
    steps = len(BARS) - 1
    return "".join(" " if value is None else BARS[round(steps * value / top) if top > 0 else 0] for value in values)


def render_skus(rows: Sequence[Body]) -> Table:
    """Return the SKUs with their demand of the last 28 days and the forecast of the next."""
    table = Table(title="SKUs: demand of 28 days, and the forecast of the next 28")
    for name in ("SKU", "name", "class", "demand", "forecast", "WAPE %", "no forecast because"):
        table.add_column(name, overflow="fold", justify="right" if name in ("demand", "forecast", "WAPE %") else "left")
    for row in rows:
        texts = [str(row["sku_id"]), str(row["description"] or ""), str(row["demand_class"] or "")]
        figures = [_format(row[name]) for name in ("recent_units", "forecast_units", "wape")]
        table.add_row(*map(escape, texts), *figures, ", ".join(row["excluded_codes"] or []))
    return table


def render_excluded(rows: Sequence[Body]) -> Table:
    """Return the series without a forecast, each with the reason."""
    table = Table(title="Series without a forecast")
    for name in ("SKU", "site", "code", "reason"):
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(escape(str(row[name])) for name in ("sku_id", "site_id", "code", "reason")))
    return table


def describe_backtest(backtest: Mapping[str, float | str | None] | None) -> str:
    """Return how good the forecast was on held-out past weeks, beside the simple method, in a sentence."""
    if not backtest or backtest.get("wape") is None:
        return "The run has no back-test: nobody knows yet how good its forecast is."
    sentence = f"Error in a test on past weeks {float(str(backtest['wape'])):.0f} %"
    if backtest.get("baseline_wape") is None:
        return f"{sentence}."
    return f"{sentence}; repeating last week {float(str(backtest['baseline_wape'])):.0f} %."


def _format(value: float | None) -> str:
    return "-" if value is None else f"{value:z,.1f}"
