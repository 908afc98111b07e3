"""Pages of the breakdown of an accuracy report, which may have a row for each of a hundred thousand SKUs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from runtime.models.api.requests import GroupBy
from runtime.models.domain.kpis import RunAccuracy
from runtime.services.forecasts.lag_rows import list_lags
from runtime.services.paging import Cursors, Page, SortKey
from runtime.services.read_ports import JsonRows

DECIMALS = 4
"""Decimals of a figure, as the table of KPI values has them."""


def read_breakdown(cursors: Cursors, accuracy: RunAccuracy, group_by: GroupBy, limit: int, cursor: str | None) -> Page:
    """Return one page of the rows of a breakdown, in the order of the report; none for GroupBy.NONE.

    Raises BadCursor, also for a cursor of a report that was replaced: its rows may be in another order.
    """
    rows = _rows(accuracy, group_by)
    report_key = {"accuracy": accuracy.run_id, "basis": accuracy.basis, "day": accuracy.as_of_date, "by": group_by}

    def read(after: SortKey | None) -> JsonRows:
        start = int(after[0]) + 1 if after else 0
        page = [row._asdict() for row in islice(rows, start, start + limit)]
        return JsonRows(json.dumps(round_figures(page)), (str(start + len(page) - 1),) if page else None, start + limit < len(rows))

    return cursors.read_page(report_key, limit, cursor, read)


def round_figures(value: object) -> object:
    """Return a JSON value with its numbers rounded as those of /kpis are."""
    match value:
        case float():
            return round(value, DECIMALS)
        case dict():
            return {name: round_figures(item) for name, item in value.items()}
        case list() | tuple():
            return [round_figures(item) for item in value]
        case _:
            return value


def _rows(accuracy: RunAccuracy, group_by: GroupBy) -> Sequence[NamedTuple]:
    match group_by:
        case GroupBy.SKU:
            return accuracy.report.sku_breakdown
        case GroupBy.SITE:
            return accuracy.report.site_breakdown
        case GroupBy.WEEK:
            return accuracy.report.weekly_trends
        case GroupBy.HORIZON:
            return accuracy.report.additional.horizon_profile
        case GroupBy.LAG:
            return list_lags(accuracy.report)
        case _:
            return ()
