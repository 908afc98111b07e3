"""Known events of a run's days: the calendar, and promotions."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

import pandas as pd

from kpi_engine.anomalies.assessment.events import KnownEvent
from kpi_engine.anomalies.detection.panel import DetectionPanel
from kpi_engine.anomalies.formats import CATEGORIES, parse_number
from kpi_engine.anomalies.kind import DOWN, NEITHER, UP

CALENDAR, PROMOTIONS = "calendar_events", "promotions"
PROMOTION = "PROMOTION"
DIRECTIONS = {PROMOTION: UP, "PEAK": UP, "CLOSURE": DOWN, "STRIKE": DOWN}
"""Where the event states no uplift; a holiday and the weather may move demand either way."""


def read_known_events(calendar: pd.DataFrame, promotions: pd.DataFrame, panel: DetectionPanel) -> tuple[KnownEvent, ...]:
    """Return the events of the calendar, and one for each promotion and period, with all its sites and SKUs.

    An event of one customer is left out: demand of a site and SKU is that of all customers.
    """
    values = {name: {member[name] for member in panel.members if name in member} for name in CATEGORIES}
    return (*_calendar_events(calendar, values), *_promotions(promotions))


def _calendar_events(rows: pd.DataFrame, categories: dict[str, set[str]]) -> Iterator[KnownEvent]:
    for row in rows.to_dict("records"):
        if _text(row.get("customer_id")):
            continue
        scope = {name: value for name in ("site_id", "sku_id") if (value := _text(row.get(name)))}
        category = _text(row.get("category"))
        if category:
            scope[next((name for name, known_values in categories.items() if category in known_values), CATEGORIES[0])] = category
        kind = str(row["type"])
        yield KnownEvent(
            name=_text(row.get("name")) or str(row["event_id"]),
            kind=kind,
            first_day=_day(row["start_date"]),
            last_day=_day(row["end_date"]),
            scope=scope,
            direction=_direction(kind, row.get("expected_uplift_pct")),
        )


def _promotions(rows: pd.DataFrame) -> Iterator[KnownEvent]:
    if rows.empty:
        return
    for (promotion, first, last), members in rows.groupby(["promotion_id", "start_date", "end_date"], sort=True):
        scopes = [{name: value for name in ("site_id", "sku_id") if (value := _text(row.get(name)))} for row in members.to_dict("records")]
        uplifts: Collection[object] = members["expected_uplift_pct"].tolist() if "expected_uplift_pct" in members else ()
        directions = {_direction(PROMOTION, uplift) for uplift in uplifts} or {UP}
        yield KnownEvent(
            name=str(promotion),
            kind=PROMOTION,
            first_day=_day(first),
            last_day=_day(last),
            parts=tuple(scopes),
            direction=directions.pop() if len(directions) == 1 else NEITHER,
        )


def _direction(kind: str, uplift: object) -> int:
    percent = parse_number(uplift)
    if percent > 0 or percent < 0:
        return UP if percent > 0 else DOWN
    return DIRECTIONS.get(kind, NEITHER)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _day(value: object) -> date:
    return pd.Timestamp(str(value)).date()
