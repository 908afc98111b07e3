"""The parts of an operation that are measured: all of it, each site, each lane, each ISO week."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

import pandas as pd

from runtime.services.logistics.windows import SiteWindow


class Level(StrEnum):
    """What a scope is a part of the operation by."""

    TOTAL = "total"
    SITE = "site"
    LANE = "lane"
    WEEK = "week"


@dataclass(frozen=True)
class Scope:
    """One part: its level, what names it, and its first and last day. is_complete: every day of it lies in the window."""

    level: Level
    start: date
    end: date
    names: Mapping[str, str] = field(default_factory=dict)
    is_complete: bool = True

    @property
    def key(self) -> tuple[str, str]:
        """Sorts scopes: the whole first."""
        return f"{list(Level).index(self.level)}", next(iter(self.names.values()), "")


@dataclass(frozen=True)
class ScopeRows:
    """A scope with its order lines and shipments."""

    scope: Scope
    lines: pd.DataFrame
    shipments: pd.DataFrame


def split_scopes(lines: pd.DataFrame, shipments: pd.DataFrame, windows: Mapping[str, SiteWindow]) -> Iterator[ScopeRows]:
    """Yield the rows of every scope, the whole first, then sites, lanes and weeks in order."""
    start, end = min(window.start for window in windows.values()), max(window.end for window in windows.values())
    yield ScopeRows(Scope(Level.TOTAL, start, end), lines, shipments)
    for site, (of_lines, of_shipments) in _group(lines, shipments, "site_id").items():
        window = windows[site]
        yield ScopeRows(Scope(Level.SITE, window.start, window.end, {"site_id": site}), of_lines, of_shipments)
    for lane, (of_lines, of_shipments) in _group(lines, shipments, "lane_id").items():
        yield ScopeRows(Scope(Level.LANE, start, end, {"lane_id": lane} | _name_site(of_lines, of_shipments)), of_lines, of_shipments)
    weeks = _group(_add_week(lines), _add_week(shipments), "iso_week")
    for week, (of_lines, of_shipments) in weeks.items():
        monday = date.fromisoformat(f"{week}-1")
        sunday = monday + timedelta(days=6)
        is_complete = start <= monday and sunday <= end
        yield ScopeRows(Scope(Level.WEEK, monday, sunday, {"iso_week": week}, is_complete), of_lines, of_shipments)


def _group(lines: pd.DataFrame, shipments: pd.DataFrame, column: str) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    parts = [dict(iter(frame.groupby(column, sort=True))) if len(frame) and column in frame else {} for frame in (lines, shipments)]
    of_lines, of_shipments = parts
    names = sorted({*of_lines, *of_shipments}, key=str)
    return {str(name): (of_lines.get(name, lines.iloc[:0]), of_shipments.get(name, shipments.iloc[:0])) for name in names}


def _add_week(rows: pd.DataFrame) -> pd.DataFrame:
    if not len(rows):
        return rows
    calendar = pd.to_datetime(rows["day"]).dt.isocalendar()
    return rows.assign(iso_week=[f"{year}-W{week:02}" for year, week in zip(calendar["year"], calendar["week"], strict=True)])


def _name_site(lines: pd.DataFrame, shipments: pd.DataFrame) -> dict[str, str]:
    """Return the site of a lane, which is where it starts; nothing for a lane that several sites use."""
    sites = {str(site) for rows in (lines, shipments) if len(rows) for site in rows["site_id"].unique()}
    return {"site_id": sites.pop()} if len(sites) == 1 else {}
