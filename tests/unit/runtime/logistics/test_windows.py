"""The last complete business days of each site."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from runtime.services.logistics.windows import find_windows
from tests.unit.runtime.logistics.operation import AS_OF, LDS1, Operation, line, shipment

NO_EVENTS = pd.DataFrame()


def open_days(digits: str | None) -> pd.DataFrame:
    return pd.DataFrame({"site_id": ["LDS1"], "open_days": [digits]})


@pytest.mark.parametrize(("digits", "days"), [("12345", 40), ("1234567", 30), ("5", 204), (None, 30)])
def test_thirty_open_days_lie_in_the_window(digits: str | None, days: int) -> None:
    window = find_windows({"LDS1": AS_OF}, open_days(digits), NO_EVENTS)["LDS1"]
    assert (window.end, (window.end - window.start).days + 1, window.business_days) == (AS_OF, days, 30)
    days_of_window = [window.start + timedelta(days=number) for number in range(days)]
    assert sum(str(day.isoweekday()) in (digits or "1234567") for day in days_of_window) == 30


def test_a_day_on_which_the_whole_site_is_closed_is_no_business_day() -> None:
    row = {"type": "CLOSURE", "site_id": "LDS1", "start_date": "2026-11-25", "end_date": "2026-11-26"}
    events = pd.DataFrame([row | dict.fromkeys(("sku_id", "category", "customer_id")), row | {"sku_id": "A", "start_date": "2026-11-01"}])
    window = find_windows({"LDS1": AS_OF}, open_days("1234567"), events)["LDS1"]
    assert (window.end - window.start).days + 1 == 32


def test_a_site_that_is_behind_has_a_window_of_its_own(operation: Operation) -> None:
    operation.add("orders", line(1), line(2, ship_from_site_id="RTM1", due=date(2026, 11, 12)))
    operation.add("site_master", LDS1, LDS1 | {"site_id": "RTM1"})
    feed = {"dataset": "orders", "site_id": "LDS1", "last_complete_day": "2026-11-26"}
    operation.quality = {"datasets": {}, "feeds": [feed]}
    operation.measure()
    ends = {window["site_id"]: window["end"] for window in operation.document()["window"]["sites"]}
    assert ends == {"LDS1": "2026-11-26", "RTM1": "2026-11-10"}


def test_rows_before_the_window_take_no_part(operation: Operation) -> None:
    operation.add("orders", line(1), line(2, due=AS_OF - timedelta(days=41)))
    operation.add("shipments", shipment(1), shipment(2, day=AS_OF - timedelta(days=41)), shipment(3, day=AS_OF))
    operation.add("site_master", LDS1)
    operation.add("vehicle_types", {"vehicle_type": "VAN", "payload_kg": 1000})
    operation.quality = {"datasets": {}, "feeds": [{"dataset": "orders", "site_id": "LDS1", "last_complete_day": str(AS_OF)}]}
    operation.measure()
    assert operation.scope()["fill_rate"]["n_lines"] == 1
    assert operation.scope()["truck_utilization"]["trips"] == 2
