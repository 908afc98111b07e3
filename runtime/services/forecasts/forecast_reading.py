"""Reading forecasts: always of one run, normally the published one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from runtime.errors import BadCursor, InvalidInput
from runtime.models.api.requests import DateRange, TimeHorizon
from runtime.models.domain.runs import ForecastRun, PublishedRun
from runtime.services.forecasts.cursors import Cursors
from runtime.services.forecasts.row_ids import ForecastKey, decode
from runtime.services.ports import Clock, RunRepository
from runtime.services.read_ports import ForecastReads, ForecastSlice, JsonRows

STALE_AFTER_DAYS = 2
LONGEST_SPAN_DAYS = 366


@dataclass(frozen=True)
class ForecastQuery:
    """One question for forecasts."""

    horizon: TimeHorizon
    sku_ids: tuple[str, ...] = ()
    site_id: str | None = None
    dates: DateRange = field(default_factory=DateRange)
    limit: int = 100
    cursor: str | None = None

    @property
    def filters(self) -> dict[str, Any]:
        """What a cursor is bound to."""
        return {"h": self.horizon, "k": sorted(self.sku_ids), "s": self.site_id, "f": self.dates.start_date, "t": self.dates.end_date}


@dataclass(frozen=True)
class ForecastPage:
    """One page of the answer; `rows.json` is the finished array."""

    rows: JsonRows
    next_cursor: str | None
    meta: dict[str, Any]


@dataclass(frozen=True)
class ForecastReading:
    """The published forecasts, and the runs behind them."""

    forecasts: ForecastReads
    runs: RunRepository
    cursors: Cursors
    clock: Clock

    def page(self, query: ForecastQuery) -> ForecastPage:
        """One page of forecasts of the published run; a cursor keeps to the run it began in.

        Raises InvalidInput for a horizon beyond the run's or an impossible date range, BadCursor. Nothing published yet is an empty
        page with a warning.
        """
        check_dates(query.dates)
        place = self.cursors.decode(query.filters, query.cursor) if query.cursor else None
        run = self._run(place)
        if run is None:
            return ForecastPage(JsonRows("[]", None, has_more=False), None, _meta_of_nothing(query))
        if query.horizon.days > run.horizon_days:
            raise InvalidInput(
                f"time_horizon = '{query.horizon.value}': the published run covers {run.horizon_days} days; request a shorter horizon."
            )
        rows = self._rows(query, run, place)
        after = [str(run.id), *rows.last] if rows.has_more and rows.last else None
        return ForecastPage(rows, self.cursors.encode(query.filters, after) if after else None, self._meta(query, run))

    def run(self, forecast_id: str) -> tuple[ForecastRun, PublishedRun | None]:
        """The run behind an id (a run's or a row's), and the run that readers see. Raises RunNotFound."""
        return self.runs.get(decode(forecast_id).run_id), self.runs.published()

    def excluded(self, forecast_id: str) -> tuple[ForecastKey, list[dict[str, Any]]]:
        """The series that the run left out. Raises RunNotFound."""
        key = decode(forecast_id)
        self.runs.get(key.run_id)
        return key, self.forecasts.excluded(key.run_id, key.site_id, key.sku_id)

    def _rows(self, query: ForecastQuery, run: ForecastRun, place: Sequence[str] | None) -> JsonRows:
        rows = self.forecasts.rows(_slice(query, run, place))
        if place and rows.last is None:
            # A cursor is given out only when rows follow, and a loaded run never changes: its rows have been dropped since.
            raise BadCursor(f"cursor belongs to run {run.id}, whose forecasts were retired; start without cursor to read the newest run.")
        return rows

    def _run(self, place: Sequence[str] | None) -> ForecastRun | None:
        if place:
            return self.runs.get(UUID(place[0]))
        published = self.runs.published()
        return self.runs.get(published.run_id) if published else None

    def _meta(self, query: ForecastQuery, run: ForecastRun) -> dict[str, Any]:
        age = (self.clock.now().date() - run.as_of_date).days
        return {
            "run_id": run.id,
            "as_of_date": run.as_of_date,
            "time_horizon": query.horizon.value,
            "published_at": run.published_at,
            "stale": age > STALE_AFTER_DAYS,
            "warnings": [*run.warnings, *self._unknown(query, run)],
        }

    def _unknown(self, query: ForecastQuery, run: ForecastRun) -> list[str]:
        if not query.sku_ids or query.cursor:
            return []
        without = self.forecasts.skus_without_forecast(run.id, query.sku_ids)
        return [f"{sku_id} has no forecast: {reason or 'the run does not contain this SKU'}" for sku_id, reason in without.items()]


def check_dates(dates: DateRange) -> None:
    """Raise InvalidInput when the range ends before it starts or is longer than 366 days."""
    if dates.start_date is None or dates.end_date is None:
        return
    if dates.start_date > dates.end_date:
        raise InvalidInput(f"start_date = {dates.start_date} is after end_date = {dates.end_date}; swap them.")
    if (dates.end_date - dates.start_date).days > LONGEST_SPAN_DAYS:
        raise InvalidInput(f"start_date to end_date spans more than {LONGEST_SPAN_DAYS} days; request a shorter range.")


def _slice(query: ForecastQuery, run: ForecastRun, place: Sequence[str] | None) -> ForecastSlice:
    first, last = run.as_of_date + timedelta(days=1), run.as_of_date + timedelta(days=query.horizon.days)
    return ForecastSlice(
        run_id=run.id,
        first_day=max(first, query.dates.start_date or date.min),
        last_day=min(last, query.dates.end_date or date.max),
        sku_ids=query.sku_ids,
        site_id=query.site_id,
        after=(place[1], place[2], place[3]) if place else None,
        limit=query.limit,
    )


def _meta_of_nothing(query: ForecastQuery) -> dict[str, Any]:
    nothing = dict.fromkeys(("run_id", "as_of_date", "published_at"))
    warning = "No run has been published yet; start one with POST /api/v1/forecasts/generate."
    return {**nothing, "time_horizon": query.horizon.value, "stale": True, "warnings": [warning]}
