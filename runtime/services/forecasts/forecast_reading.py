"""Read forecasts: always those of one run, normally of the published one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypedDict
from uuid import UUID

from runtime.errors import BadCursor, ForecastsDeleted, InvalidInput, NoForecasts, RunNotFound
from runtime.models.api.requests import DateRange, ForecastSort, GroupBy, Quantile, TimeHorizon
from runtime.models.domain.kpis import RunAccuracy
from runtime.models.domain.runs import ForecastRun, PublishedRun, RunStatus
from runtime.services.forecasts.accuracy_breakdown import read_breakdown
from runtime.services.forecasts.filter_warnings import warn_of_days, warn_of_site
from runtime.services.forecasts.row_ids import ForecastKey, decode
from runtime.services.paging import Cursors, Page, Position, SortKey
from runtime.services.ports import Clock, RunRepository
from runtime.services.read_ports import AccuracyReads, ExcludedSlice, ForecastReads, ForecastSlice, JsonRows

STALE_AFTER_DAYS = 2
LONGEST_SPAN_DAYS = 366


@dataclass(frozen=True)
class ForecastQuery:
    """Filters and paging of one list of forecasts; run_id None: of the published run."""

    horizon: TimeHorizon
    sku_ids: tuple[str, ...] = ()
    site_id: str | None = None
    dates: DateRange = field(default_factory=DateRange)
    limit: int = 100
    cursor: str | None = None
    run_id: UUID | None = None
    category: str | None = None
    sort: ForecastSort = ForecastSort.SKU
    quantiles: tuple[Quantile, ...] = tuple(Quantile)

    @property
    def filters(self) -> dict[str, object]:
        """The filters that a cursor is bound to."""
        subset: dict[str, object] = {"k": sorted(self.sku_ids), "s": self.site_id, "f": self.dates.start_date, "t": self.dates.end_date}
        return subset | {"h": self.horizon, "r": self.run_id, "c": self.category, "o": self.sort, "q": sorted(self.quantiles)}


class ForecastMeta(TypedDict):
    """The run that the forecasts come from; None while no run is published."""

    run_id: UUID | None
    as_of_date: date | None
    time_horizon: str
    published_at: datetime | None
    stale: bool
    generated_at: datetime
    warnings: list[str]


@dataclass(frozen=True)
class ForecastPage:
    """One page of forecasts, with the warnings of their run."""

    page: Page
    meta: ForecastMeta


@dataclass(frozen=True)
class ForecastReading:
    """Read the published forecasts, the runs and their accuracy.

    category_skus: returns the SKUs of a category as a run saw it, or raises NotFound.
    """

    forecasts: ForecastReads
    runs: RunRepository
    accuracy_reports: AccuracyReads
    category_skus: Callable[[str, UUID], tuple[str, ...]]
    cursors: Cursors
    clock: Clock

    def read_page(self, query: ForecastQuery) -> ForecastPage:
        """Return one page of forecasts of the published run or of the named one; with a cursor, of the run of the first page.

        Raises InvalidInput for a horizon beyond the run's or an impossible date range, BadCursor, NotFound for a category that the run
        does not have; for a named run also RunNotFound, NoForecasts, ForecastsDeleted. While no run is published, the page is empty and
        has a warning.
        """
        check_dates(query.dates)
        began_at = self.clock.now()  # before the published run is looked up, so that its rows stay as long as the cursor is valid
        position = self.cursors.decode(query.filters, query.cursor) if query.cursor is not None else None
        run = self._find_run(query, position)
        if run is None:
            return ForecastPage(Page("[]", query.limit, None, has_more=False), self._meta_without_run(query))
        run, rows = self._read_rows(query, run, position)
        last = [str(run.id), *rows.last] if rows.has_more and rows.last else None
        next_cursor = self.cursors.encode(query.filters, last, position.began_at if position else began_at) if last else None
        return ForecastPage(Page(rows.json, query.limit, next_cursor, rows.has_more), self._meta(query, run, is_empty=rows.last is None))

    def get_run(self, forecast_id: str) -> tuple[ForecastRun, PublishedRun | None]:
        """Return the run of an id (of a run or a row) and the published run. Raises RunNotFound."""
        _, run = self._find_key(forecast_id)
        return run, self.runs.find_published()

    def get_accuracy(self, forecast_id: str) -> tuple[ForecastKey, RunAccuracy | None]:
        """Return the key of an id and the newest accuracy of its run, if there is any. Raises RunNotFound."""
        key, _ = self._find_key(forecast_id)
        return key, self.accuracy_reports.latest(key.run_id)

    def read_breakdown(self, accuracy: RunAccuracy, group_by: GroupBy, limit: int, cursor: str | None) -> Page:
        """Return one page of a breakdown of an accuracy report. Raises BadCursor."""
        return read_breakdown(self.cursors, accuracy, group_by, limit, cursor)

    def list_excluded(self, forecast_id: str, limit: int, cursor: str | None) -> tuple[ForecastRun, Page]:
        """Return the run of an id and one page of the series that it excluded.

        Raises RunNotFound, NoForecasts, ForecastsDeleted, BadCursor.
        """
        key, run = self._find_key(forecast_id)
        filters = {"excluded": run.id, "s": key.site_id, "k": key.sku_id}

        def read(after: SortKey | None) -> JsonRows:
            rows = self.forecasts.excluded_rows(ExcludedSlice(run.id, key.site_id, key.sku_id, after, limit))
            if rows.last is None:
                self._check_loaded(run)
            return rows

        return run, self.cursors.read_page(filters, limit, cursor, read)

    def _find_key(self, forecast_id: str) -> tuple[ForecastKey, ForecastRun]:
        """Return the key of an id and its run. Raises RunNotFound.

        A row must be one of the run; when the forecasts of the run were deleted, nobody knows any more, and the run is what is read.
        """
        key = decode(forecast_id)
        run = self.runs.get(key.run_id)
        if key.site_id is not None and key.sku_id is not None and key.forecast_date is not None:
            has_row = self.forecasts.has_row(run.id, key.site_id, key.sku_id, key.forecast_date)
            if not has_row and self.forecasts.has_forecasts(run.id):
                raise RunNotFound(f"Run {run.id} has no forecast of SKU {key.sku_id} at site {key.site_id} for {key.forecast_date}.")
        return key, run

    def _read_rows(self, query: ForecastQuery, run: ForecastRun, position: Position | None) -> tuple[ForecastRun, JsonRows]:
        """Return the rows and their run: another than the given one when that was replaced and deleted before its rows were read."""
        while True:
            check_horizon(query, run)
            rows = self._rows(query, run, position)
            is_first_of_published = position is None and query.run_id is None
            if rows.last is not None or not is_first_of_published or self.forecasts.has_forecasts(run.id):
                return run, rows
            newer_run = self._find_run(query, None)
            if newer_run is None or newer_run.id == run.id:
                return run, rows
            run = newer_run

    def _rows(self, query: ForecastQuery, run: ForecastRun, position: Position | None) -> JsonRows:
        rows = self.forecasts.rows(_slice(query, run, position, self._select_skus(query, run)))
        if rows.last is None and query.run_id is not None:
            self._check_loaded(run)
        if rows.last is None and position is not None:
            # A cursor exists only when rows follow, and a loaded run never changes: its rows have been deleted since.
            raise BadCursor(
                f"The cursor belongs to run {run.id}, whose forecasts were deleted; start without a cursor to read the newest run."
            )
        return rows

    def _select_skus(self, query: ForecastQuery, run: ForecastRun) -> tuple[str, ...]:
        """Return the SKUs that the filters name; empty: all."""
        if query.category is None:
            return query.sku_ids
        members = self.category_skus(query.category, run.id)
        # Without a member among the named SKUs, an empty filter would select all.
        return tuple(sorted(set(members) & set(query.sku_ids))) or ("",) if query.sku_ids else members

    def _find_run(self, query: ForecastQuery, position: Position | None) -> ForecastRun | None:
        if position is not None:
            return self.runs.get(UUID(position.after[0]))
        if query.run_id is not None:
            return self.runs.get(query.run_id)
        published_run = self.runs.find_published()
        return self.runs.get(published_run.run_id) if published_run else None

    def _check_loaded(self, run: ForecastRun) -> None:
        """Raise NoForecasts or ForecastsDeleted when the forecasts of a run are not in the database."""
        if not self.forecasts.has_forecasts(run.id):
            raise missing_forecasts(run)

    def _meta(self, query: ForecastQuery, run: ForecastRun, *, is_empty: bool) -> ForecastMeta:
        now = self.clock.now()
        return {
            "run_id": run.id,
            "as_of_date": run.as_of_date,
            "time_horizon": query.horizon.value,
            "published_at": run.published_at,
            "stale": (now.date() - run.as_of_date).days > STALE_AFTER_DAYS,
            "generated_at": now,
            "warnings": [*self._warnings(query, run, is_empty=is_empty), *run.warnings],
        }

    def _meta_without_run(self, query: ForecastQuery) -> ForecastMeta:
        return {
            "run_id": None,
            "as_of_date": None,
            "time_horizon": query.horizon.value,
            "published_at": None,
            "stale": True,
            "generated_at": self.clock.now(),
            "warnings": ["No run has been published yet; start one with POST /api/v1/forecasts/generate."],
        }

    def _warnings(self, query: ForecastQuery, run: ForecastRun, *, is_empty: bool) -> Iterator[str]:
        """Yield what the filters ask for in vain; on the first page only."""
        if query.cursor:
            return
        yield from warn_of_days(query.dates, *_days(query, run))
        if query.site_id is not None and is_empty:
            yield from warn_of_site(query.site_id, self.forecasts.site_ids(run.id))
        reasons = self.forecasts.skus_without_forecast(run.id, query.sku_ids) if query.sku_ids else {}
        for sku_id, reason in reasons.items():
            yield f"{sku_id} has no forecast: {reason or 'the run does not contain this SKU'}"


def check_dates(dates: DateRange) -> None:
    """Raise InvalidInput when the range ends before it starts or is longer than 366 days."""
    if dates.start_date is None or dates.end_date is None:
        return
    if dates.start_date > dates.end_date:
        raise InvalidInput(f"start_date = {dates.start_date} is after end_date = {dates.end_date}; swap them.", parameter="end_date")
    if (dates.end_date - dates.start_date).days > LONGEST_SPAN_DAYS:
        raise InvalidInput(
            f"start_date to end_date spans more than {LONGEST_SPAN_DAYS} days; request a shorter range.", parameter="end_date"
        )


def check_horizon(query: ForecastQuery, run: ForecastRun) -> None:
    """Raise InvalidInput for a horizon beyond the run's."""
    if query.horizon.days > run.horizon_days:
        name = "the published run" if query.run_id is None else f"run {run.id}"
        problem = f"{name} covers {run.horizon_days} days; request a shorter horizon."
        raise InvalidInput(f"time_horizon = '{query.horizon.value}': {problem}", parameter="time_horizon")


def missing_forecasts(run: ForecastRun) -> NoForecasts | ForecastsDeleted:
    """Return the error for a run whose forecasts are not in the database."""
    if run.published_at is None and run.status is not RunStatus.SUCCEEDED:
        return NoForecasts(f"Run {run.id} has no forecasts: its status is {run.status}.")
    return ForecastsDeleted(
        f"The forecasts of run {run.id} were deleted (setting runsKept); read one of GET /api/v1/forecast-runs with `has_forecasts` = true."
    )


def _days(query: ForecastQuery, run: ForecastRun) -> tuple[date, date]:
    """Return the first and the last day of the horizon."""
    return run.as_of_date + timedelta(days=1), run.as_of_date + timedelta(days=query.horizon.days)


def _slice(query: ForecastQuery, run: ForecastRun, position: Position | None, sku_ids: tuple[str, ...]) -> ForecastSlice:
    after = position.after if position else None
    first, last = _days(query, run)
    return ForecastSlice(
        run_id=run.id,
        first_day=max(first, query.dates.start_date or date.min),
        last_day=min(last, query.dates.end_date or date.max),
        sku_ids=sku_ids,
        site_id=query.site_id,
        after=after[1:] if after else None,
        limit=query.limit,
        sort=query.sort,
        quantiles=query.quantiles,
    )
