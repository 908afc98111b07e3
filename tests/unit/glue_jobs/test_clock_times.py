"""Times without an offset, read by the clock of their site: every quarter of an hour of a year against the time zones of Python."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from contracts import datasets
from tests.unit.glue_jobs.conftest import Engine
from tests.unit.glue_jobs.rows import FIRST_LINE, ORDER, Row, narrow, stage

ORDERS = narrow(datasets.load("orders"), "order_id", "order_ts", "ship_from_site_id", "ship_to_id", "delivered_ts", "updated_at")
SHIPMENTS = datasets.load("shipments")
TODAY = date(2026, 11, 28)
ZONES = {
    "AMS": "Europe/Amsterdam",
    "NYC": "America/New_York",
    "LHI": "Australia/Lord_Howe",
    "APIA": "Pacific/Apia",
    "DEL": "Asia/Kolkata",
    "UTC": "UTC",
}
CHANGES = ("2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2026-10-04", "2026-07-01", "2025-12-31", "2011-12-30")
QUARTERS = tuple(
    datetime.fromisoformat(day) + timedelta(minutes=minutes) for day in CHANGES for minutes in (*range(0, 24 * 60, 15), 24 * 60 - 1)
)


def verdicts(
    engine: Engine, rows: Sequence[Row], zones: dict[str, str] | None, contract: datasets.Contract = ORDERS
) -> list[dict[str, Any]]:
    """The verdicts on rows of a run, in their order; zones: those of site_master, None without a master."""
    from glue_jobs.transforms.validation import add_verdict
    from glue_jobs.transforms.zones import add_site_zones

    sites = None
    if zones is not None:
        schema = pa.schema([("site_id", pa.string()), ("time_zone", pa.string())])
        sites = engine.frame(pa.table({"site_id": list(zones), "time_zone": list(zones.values())}, schema))
    staged_rows = add_site_zones(engine.frame(stage(contract, rows)), contract, sites)
    return sorted(engine.rows(add_verdict(staged_rows, contract, TODAY)), key=lambda row: int(row["source_line"]))


def moments_of(wall: datetime, zone: str) -> list[datetime]:
    """Every moment at which a clock in the zone shows a time, by looking at the clock in Python."""
    candidates = {wall.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(each for each in candidates if each.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall)


def test_a_clock_time_is_the_first_moment_at_which_the_clock_of_its_site_showed_it(engine: Engine) -> None:
    cases = [(site, wall) for site in ZONES for wall in QUARTERS]
    rows = [
        {**ORDER, "order_id": str(n), "ship_from_site_id": f" {s} ", "order_ts": f"{w:%Y/%m/%d %H:%M}"} for n, (s, w) in enumerate(cases)
    ]
    skipped_times = repeated_times = 0
    for (site, wall), verdict in zip(cases, verdicts(engine, rows, ZONES), strict=True):
        expected = moments_of(wall, ZONES[site])
        skipped_times += not expected
        repeated_times += len(expected) == 2
        assert verdict["value__order_ts"] == (expected[0] if expected else None), (site, wall)
        assert verdict["code"] == (None if expected else "TYPE"), (site, wall)
        assert ("order_ts:REPEATED_HOUR" in verdict["warnings"]) == (len(expected) == 2), (site, wall)
        assert verdict["business_day"] == wall.date()
    assert (skipped_times, repeated_times) == (4 + 4 + 2 + 97, 4 + 4 + 2)


def test_without_a_zone_the_row_is_parked_with_what_to_do(engine: Engine) -> None:
    row = {**ORDER, "order_ts": "2026-11-20 08:30", "updated_at": "2026-11-20 08:30"}
    for zones in (None, {}, {"OTHER": "UTC"}):
        (verdict,) = verdicts(engine, [row], zones)
        assert (verdict["code"], verdict["value__order_ts"], verdict["business_day"]) == ("UNKNOWN_ZONE", None, date(2026, 11, 20))
        assert verdict["reason"] == (
            "order_ts '2026-11-20 08:30' has no offset from UTC, and the time zone of ship_from_site_id is not known: the row "
            "is parked; "
            "upload site_master with its time_zone, state time_zone in the mapping of the source, or write RFC 3339 with an offset, such "
            "as 2026-11-21T08:30:00+01:00"
        )
        assert verdict["warnings"] == "updated_at:LOCAL_TIME"


def test_the_zone_that_a_text_names_counts_before_that_of_the_site(engine: Engine) -> None:
    row = {**ORDER, "ship_from_site_id": "NYC", "order_ts": "2026-11-20T08:30:00[Europe/Amsterdam]"}
    (verdict,) = verdicts(engine, [row], ZONES)
    assert verdict["value__order_ts"] == datetime(2026, 11, 20, 7, 30, tzinfo=UTC)


def test_an_arrival_is_read_by_the_clock_of_the_destination_and_a_departure_by_that_of_the_origin(engine: Engine) -> None:
    times = {"planned_departure_ts": "2026-11-20 08:00", "planned_arrival_ts": "2026-11-20 10:00", "actual_arrival_ts": "2026-11-20 10:30"}
    row = {"shipment_id": "S1", "origin_site_id": "AMS", "destination_id": "NYC", **times}
    elsewhere_row = {**row, "destination_id": "CUSTOMER-1"}
    contract = narrow(SHIPMENTS, "shipment_id", "origin_site_id", "destination_id", *times)
    there, elsewhere = verdicts(engine, [row, elsewhere_row], ZONES, contract)
    assert there["value__planned_departure_ts"] == datetime(2026, 11, 20, 7, tzinfo=UTC)
    assert there["value__planned_arrival_ts"] == datetime(2026, 11, 20, 15, tzinfo=UTC)
    assert (there["code"], there["warnings"]) == (None, "")
    assert elsewhere["code"] is None
    assert elsewhere["value__actual_arrival_ts"] is None
    assert elsewhere["warnings"] == "planned_arrival_ts:LOCAL_TIME;actual_arrival_ts:LOCAL_TIME"


@pytest.mark.parametrize(("text", "moment"), [("1969-12-31 23:59", "1969-12-31T23:59"), ("1900-01-01 00:00", "1900-01-01T00:00")])
def test_times_before_time_zones_were_recorded_alike_are_read_as_utc(engine: Engine, text: str, moment: str) -> None:
    (verdict,) = verdicts(engine, [{**ORDER, "ship_from_site_id": "AMS", "order_ts": text}], ZONES)
    assert (verdict["code"], verdict["value__order_ts"]) == ("DATE_PAST", datetime.fromisoformat(moment).replace(tzinfo=UTC))
    assert verdict["source_line"] == FIRST_LINE
