"""The order lines of a window as the logistics engine reads them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kpi_engine.logistics.inputs.line_parts import LINE_KEY, OF_PARTS
from runtime.services.logistics.sku_measures import SkuMeasures
from runtime.services.logistics.windows import SiteWindow

DUE_COLUMNS = ("requested_date", "promised_date", "confirmed_date", "business_day")
"""The day of a line is the day on which it is due, or the day of the order where it states none."""
KEPT = (
    "order_id", "line_no", "uom", "ordered_qty", "final_qty", "shipped_qty", "delivered_qty", "unit_price", "currency", "status",
    "requested_date", "promised_date", "confirmed_date", "delivered_ts", "docs_ok", "damage_qty", "shipment_id", "lane_id", "day",
)  # fmt: skip
NEVER_DROPPED = ("order_id", "line_no", "ordered_qty", "shipped_qty", "day", "site_id", "lane_id")
DELIVERED = "DELIVERED"


def build_order_lines(
    orders: pd.DataFrame,
    lane_master: pd.DataFrame,
    measures: SkuMeasures,
    windows: Mapping[str, SiteWindow],
    *,
    has_unreadable_deliveries: bool = False,
) -> pd.DataFrame:
    """Return the lines with site, lane and case size; a line that left in several shipments has a row for each.

    A column without any value is left out, so that what needs it has a reason.

    The delivery of a line is unknown where the line is DELIVERED without a time, and at sites that state no time of delivery at all. With
    has_unreadable_deliveries the time of a DELIVERED line may be one that could not be read: the line counts as not on time, for without
    it OTIF would look better than it may be.
    """
    if not len(orders):
        return pd.DataFrame()
    lines = orders.assign(lane_id=_find_lanes(orders, lane_master))[list(KEPT)]
    lines["site_id"] = orders["ship_from_site_id"]
    lines["units_per_case"] = measures.look_up(orders["sku_id"], "units_per_case")
    lines["known_until"] = orders["ship_from_site_id"].map({site: window.end for site, window in windows.items()})
    reports_delivery = orders["delivered_ts"].notna().groupby(orders["ship_from_site_id"]).transform("any")
    says_delivered = (orders["status"] == DELIVERED) & orders["delivered_ts"].isna()
    lines["delivery_unknown"] = ~reports_delivery | (says_delivered & (not has_unreadable_deliveries))
    return drop_empty_columns(_settle_lines(lines, orders["updated_at"]), NEVER_DROPPED)


def select_lines(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per line: the first of those of its shipments.

    >>> rows = pd.DataFrame({"order_id": ["O1", "O1", "O2", "O2"], "line_no": ["1", "1", None, None]})
    >>> select_lines(rows).index.tolist()
    [0, 2, 3]
    """
    return rows[~rows.duplicated(LINE_KEY) | rows["line_no"].isna()]


def _settle_lines(lines: pd.DataFrame, updated_at: pd.Series[str]) -> pd.DataFrame:
    """Give the rows of a line in several shipments the newest values of what is about the whole line: its due day may have been moved."""
    is_part = lines.duplicated(LINE_KEY, keep=False) & lines["line_no"].notna()
    if not is_part.any():
        return lines
    of_line = [name for name in lines.columns if name not in OF_PARTS and name not in LINE_KEY]
    newest_last = lines[is_part].assign(updated_at=updated_at).sort_values("updated_at", kind="stable", na_position="first")
    lines.loc[is_part, of_line] = newest_last.groupby(LINE_KEY)[of_line].transform("last")
    return lines


def drop_empty_columns(rows: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """Return the rows without the columns that have no value, but for those with these names.

    >>> drop_empty_columns(pd.DataFrame({"lane_id": [None], "docs_ok": [None], "day": [1]}), ("lane_id",)).columns.tolist()
    ['lane_id', 'day']
    """
    return rows[[name for name in rows.columns if name in names or rows[name].notna().any()]]


def _find_lanes(orders: pd.DataFrame, lane_master: pd.DataFrame) -> pd.Series[str]:
    """Return the lane that a line states, else the only lane of the master data from its site to its destination."""
    if not len(lane_master):
        return orders["lane_id"]
    lanes = lane_master.drop_duplicates(["origin_id", "destination_id"], keep=False)
    by_ends = lanes.set_index(["origin_id", "destination_id"])["lane_id"]
    ends = pd.MultiIndex.from_frame(orders[["ship_from_site_id", "ship_to_id"]])
    return orders["lane_id"].fillna(pd.Series(by_ends.reindex(ends).to_numpy(), index=orders.index))
