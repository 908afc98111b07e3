"""The part of the data-quality page about single series: those that are not forecast, and those with the most unknown days."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from contracts.documents import SeriesDocument, SeriesProfileDocument
from runtime.services.data_quality.page_tables import cell, table

FIGURES = {
    "History": "history_days",
    "With demand": "demand_days",
    "Unknown": "unknown_days",
    "Behind": "days_behind",
    "Longest quiet": "quiet_days",
    "Outliers": "outliers",
}
"""Columns of days, by the name of their figure in the profile."""


def render_series(document: SeriesDocument | None) -> Iterator[str]:
    """Yield the tables of series; nothing for a run without forecast."""
    if not document:
        return
    excluded = [each for each in document["profiles"] if each["code"] is not None]
    others = [each for each in document["profiles"] if each["code"] is None]
    reasons = ", ".join(f"{count:,} {code}" for code, count in document["excluded_by_reason"].items())
    yield "<h2>Series</h2>"
    yield (
        f'<p class="soft">{document["excluded"]:,} of {document["series"]:,} series are not forecast'
        f"{f': {escape(reasons)}' if reasons else ''}. Figures are days, from the first demand of a series on.</p>"
    )
    if excluded:
        header = ("Site", "SKU", "Reason", "In words", *FIGURES, "Class")
        yield f"<h2>Series that are not forecast</h2>{table(header, map(_excluded_cells, excluded))}"
        if document["excluded"] > len(excluded):
            where = f"in GET /forecasts/{escape(document['run_id'])}/excluded"
            yield f'<p class="soft">and {document["excluded"] - len(excluded):,} more, {where}</p>'
    if others:
        yield f"<h2>Series with the most unknown days</h2>{table(('Site', 'SKU', *FIGURES, 'Class'), map(_cells, others))}"


def _excluded_cells(profile: SeriesProfileDocument) -> list[str]:
    site, sku, *figures = _cells(profile)
    return [site, sku, cell(profile["code"]), cell(profile["reason"]), *figures]


def _cells(profile: SeriesProfileDocument) -> list[str]:
    figures: dict[str, object] = dict(profile)
    return [
        cell(profile["site_id"]),
        cell(profile["sku_id"], label="SKU:"),
        *(cell(f"{figures[name]:,}", kind="number", label=label) for label, name in FIGURES.items()),
        cell((profile["demand_class"] or "–").lower(), label="Class:"),
    ]
