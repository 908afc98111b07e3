"""From a long frame of demand to a panel. An error names the column, the value, the row and the fix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecast_engine.errors import InvalidDemand
from forecast_engine.feeds import assess_feed
from forecast_engine.frames import NO_SITE, UNIQUE_ID, FrameColumns, columns_of
from forecast_engine.panel import Panel, SeriesKey, from_first_demand
from kpi_engine.shared.arrays import Bools, Floats, Ints

MissingDays = Literal["zero", "unknown"]
"""Meaning of a day without a row: nothing was ordered, or the demand of that day is not known."""
Days = npt.NDArray[np.datetime64]


def panel_of(
    demand: pd.DataFrame,
    *,
    missing: MissingDays,
    last_day: date | None = None,
    known_until: Mapping[str, date] | None = None,
    max_days: int | None = None,
) -> Panel:
    """Arrange a long frame, one row per series and day, as a panel; series sorted by site, then SKU.

    demand: columns as in `forecast_engine.frames`. Days out of stock, days whose demand is NaN and days before a series' first demand are
    not known.
    missing: what a day without a row means, after the first demand of its series. "zero", as the platform reads it: nothing was ordered,
    unless the whole site (in a frame with unique_id: the whole frame) has no rows on a day on which it usually has some
    (forecast_engine.feeds); such days, and days at the end with far fewer rows than usual, are not known. "unknown": none is known.
    last_day: the day up to which demand is complete, for every series that is not late by the newest day in the frame; by default that.
    known_until: an earlier last day for single sites, or for single series in a frame with unique_id; later days of theirs are not known.
    A series whose data ends before last_day is `behind`: it is forecast from its own last known day on.
    max_days: the panel covers at most so many days; older rows are ignored.

    Raises InvalidDemand naming column, value, row and fix.

    >>> demand = pd.DataFrame({"unique_id": "A", "ds": pd.to_datetime(["2026-11-02", "2026-11-04"]), "y": [3.0, 5.0]})
    >>> panel_of(demand, missing="zero").values.tolist()
    [[3.0, 0.0, 5.0]]
    >>> panel_of(demand, missing="unknown").values.tolist()
    [[3.0, nan, 5.0]]
    >>> panel_of(demand, missing="zero", last_day=date(2026, 11, 5)).values.tolist()
    [[3.0, 0.0, 5.0, 0.0]]
    """
    if missing not in ("zero", "unknown"):
        raise InvalidDemand(f'missing must be "zero" or "unknown", not {missing!r}')
    frame = _DemandFrame(demand, columns_of(demand))
    row, series = frame.series()
    day = frame.days()
    reported_units = frame.units()
    units = np.where(frame.stockouts(), np.nan, reported_units)
    last = day.max() if last_day is None else np.datetime64(last_day, "D")
    limit = _last_known_days(series, known_until or {}, frame.columns, last)
    frame.refuse(frame.columns.day, day > limit[row], "is after the last day of known demand: leave it out, or give a later last_day")
    first = day.min() if max_days is None else max(day.min(), last - np.timedelta64(max_days - 1, "D"))
    column = (day - first).astype(np.int64)
    frame.refuse(frame.columns.day, _is_repeated(row, column), "is a second row for one day of the series: sum them up first")
    values = np.full((len(series), int((last - first).astype(np.int64)) + 1), 0.0 if missing == "zero" else np.nan)
    is_recent = column >= 0
    end = (limit - first).astype(np.int64)
    if missing == "zero":
        has_row = is_recent & ~np.isnan(reported_units)
        newest = max(-1, int((day.max() - first).astype(np.int64)))
        is_unknown, end = _unknown_days(series, row[has_row], column[has_row], end, newest)
        values[:, : newest + 1][is_unknown] = np.nan
    values[row[is_recent], column[is_recent]] = units[is_recent]
    values[np.arange(values.shape[1]) > end[:, None]] = np.nan
    behind = values.shape[1] - 1 - end
    return Panel(from_first_demand(values), first.astype(date), series, behind if behind.any() else None)


@dataclass(frozen=True, eq=False)
class _DemandFrame:
    """A demand frame and the names of its columns; every method raises InvalidDemand for the first faulty value of its column."""

    demand: pd.DataFrame
    columns: FrameColumns

    def series(self) -> tuple[Ints, tuple[SeriesKey, ...]]:
        """Number the series 0..N-1: the number of each line of the frame, and the keys in order."""
        if self.demand.empty:
            raise InvalidDemand("the demand frame has no rows; a panel needs at least one series and one day")
        sku, skus = self._ids(self.columns.series[-1])
        site, sites = (np.zeros_like(sku), [NO_SITE]) if self.columns is UNIQUE_ID else self._ids(self.columns.series[0])
        row, pairs = pd.factorize(site * len(skus) + sku, sort=True)
        keys = (SeriesKey(sites[pair // len(skus)], skus[pair % len(skus)]) for pair in np.asarray(pairs).tolist())
        return row.astype(np.int64), tuple(keys)

    def days(self) -> Days:
        """Return the day of every line; times of day are dropped."""
        name = self.columns.day
        column = self.demand[name]
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            raise InvalidDemand(f"{name} has the time zone {column.dtype.tz}: give local days, as in .dt.tz_localize(None)")
        is_number = pd.api.types.is_numeric_dtype(column.dtype)
        self.refuse(name, np.full(len(column), is_number), "is a number: give dates, as in pd.to_datetime(...)")
        days = pd.to_datetime(column, errors="coerce")
        self.refuse(name, days.isna().to_numpy(), "is no date: write YYYY-MM-DD")
        return days.to_numpy().astype("datetime64[D]")

    def units(self) -> Floats:
        """Return the demand of every line in units; NaN = not known."""
        name = self.columns.demand
        column = self.demand[name]
        units: Floats = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        self.refuse(name, np.isnan(units) & column.notna().to_numpy(), "is no number: write it as 1200 or 1200.5")
        self.refuse(name, (units < 0) | np.isinf(units), "must be a finite number of at least 0: keep returns apart")
        return units

    def stockouts(self) -> Bools:
        """Return which lines are of a day without stock; none where the frame has no such column."""
        name = self.columns.stockout
        if name not in self.demand.columns:
            return np.zeros(len(self.demand), dtype=bool)
        self.refuse(name, ~self.demand[name].isin([True, False]).to_numpy(), "is neither True nor False")
        return self.demand[name].to_numpy(dtype=bool)

    def refuse(self, name: str, is_faulty: Bools, rule: str) -> None:
        """Raise InvalidDemand when a line is faulty, naming column, value, index label, series and day of the first."""
        if not is_faulty.any():
            return
        place = int(np.flatnonzero(is_faulty)[0])
        line = self.demand.iloc[place]
        where = ", ".join(_quote(line[each]) for each in self.columns.required_columns[:-1] if each != name)
        others = int(is_faulty.sum()) - 1
        more = f" ({others:,} more rows are like it)" if others else ""
        raise InvalidDemand(f"{name} {_quote(line[name])} in row {self.demand.index[place]} ({where}) {rule}{more}")

    def _ids(self, name: str) -> tuple[Ints, list[str]]:
        code, values = pd.factorize(self.demand[name], sort=True)
        self.refuse(name, code < 0, "is blank: every row needs one")
        return code.astype(np.int64), [str(value) for value in values]


def _unknown_days(series: Sequence[SeriesKey], row: Ints, column: Ints, end: Ints, newest: int) -> tuple[Bools, Ints]:
    """Return the days up to the newest column on which rows of a whole site are missing, (N, newest + 1), and the last known columns, (N,).

    row, column: of the cells with a row. end: (N,) last columns that the caller knows. Series of one site with the same end are one feed.
    """
    sites = {site: number for number, site in enumerate(sorted({key.site_id for key in series}))}
    site = np.array([sites[key.site_id] for key in series], dtype=np.int64)
    feed = np.unique(np.stack([site, end]), axis=1, return_inverse=True)[1].reshape(-1)
    counts = np.zeros((int(feed.max()) + 1, newest + 1), dtype=np.int64)
    np.add.at(counts, (feed[row], column), 1)
    is_unknown, last_known = np.zeros((len(series), newest + 1), dtype=bool), end.copy()
    for number, rows in enumerate(counts):
        members = feed == number
        last = min(int(end[members][0]), newest)
        if last < 0 or not rows[: last + 1].any():
            continue
        result = assess_feed(rows[: last + 1], np.zeros(last + 1, dtype=bool))
        is_unknown[np.ix_(members, np.arange(last + 1))] = result.is_unknown
        if result.days_behind:
            last_known[members] = result.last_complete
    return is_unknown, last_known


def _last_known_days(series: Sequence[SeriesKey], known_until: Mapping[str, date], columns: FrameColumns, last: np.datetime64) -> Days:
    """Return the last known day of every series, none after the panel's."""
    groups = [key.sku_id if columns is UNIQUE_ID else key.site_id for key in series]
    strangers = sorted(set(known_until).difference(groups))
    if strangers:
        raise InvalidDemand(f"known_until names {', '.join(strangers)}, which is no {columns.series[0]} of the frame")
    limits = {group: np.datetime64(day, "D") for group, day in known_until.items()}
    return np.asarray(np.minimum(np.array([limits.get(group, last) for group in groups], dtype="datetime64[D]"), last))


def _is_repeated(row: Ints, column: Ints) -> Bools:
    """Return which lines have a cell of the panel that an earlier line has; lines before the panel have none."""
    is_recent = column >= 0
    is_taken = np.zeros((int(row.max()) + 1, int(column.max()) + 1), dtype=bool)
    is_taken[row[is_recent], column[is_recent]] = True
    if is_taken.sum() == is_recent.sum():
        return np.zeros(len(row), dtype=bool)
    return np.asarray(is_recent & pd.DataFrame({"row": row, "column": column}).duplicated().to_numpy())


def _quote(value: object) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, date) and not pd.isna(value) else f"'{value}'"
