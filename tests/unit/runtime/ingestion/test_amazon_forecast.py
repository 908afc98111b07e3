"""Files of Amazon Forecast."""

import pytest

from runtime.models.domain.objects import ObjectStatus, ReasonCode
from tests.unit.runtime.ingestion.conftest import World, history, line

TARGET = "item_001,2026-09-30 00:00:00,10.0\nitem_001,2026-10-01 00:00:00,11.0\n"


@pytest.mark.parametrize(
    ("text", "site"),
    [
        (TARGET, "ALL"),
        ("2026-09-30,item_001,10.0\n2026-10-01,item_001,11.0\n", "ALL"),
        (TARGET.replace("\n", ",LDS1\n"), "LDS1"),
        ("item_id,timestamp,target_value\n" + TARGET, "ALL"),
        ("timestamp,location,target_value,item_id\n2026-09-30,LDS1,10.0,item_001\n2026-10-01,LDS1,11.0,item_001\n", "LDS1"),
    ],
)
def test_a_target_time_series_is_recognised_and_what_is_assumed_is_stated(reading_world: World, text: str, site: str) -> None:
    record = reading_world.receive("a.csv", text.encode())
    assert record.status is ObjectStatus.ACCEPTED, record.reason
    rows = reading_world.rows(record)
    assert [(row["site_id"], row["sku_id"], row["demand_date"][:10], row["quantity"], row["uom"]) for row in rows] == [
        (site, "item_001", "2026-09-30", "10.0", "EA"),
        (site, "item_001", "2026-10-01", "11.0", "EA"),
    ]
    [warning] = record.warnings
    assert warning.startswith("read as a target time series of Amazon Forecast")
    assert ("site_id = ALL" in warning) == (site == "ALL")


def test_hourly_rows_keep_the_time_that_tells_them_apart(reading_world: World) -> None:
    text = "a,2026-09-30 00:00:00,1\na,2026-09-30 13:00:00,2\n"
    rows = reading_world.rows(reading_world.receive("a.csv", text.encode()))
    assert [row["demand_date"] for row in rows] == ["2026-09-30 00:00:00", "2026-09-30 13:00:00"]


def test_a_file_with_the_columns_of_the_contract_is_never_taken_for_another(reading_world: World) -> None:
    record = reading_world.receive("a.csv", history(line(), line(sku_id="B")))
    assert record.warnings == ()


@pytest.mark.parametrize(
    "text",
    [
        "item_001,2026-09-30 00:00:00,10.0\n",
        TARGET + "item_001,30/09/2026,10.0\n",
        TARGET + "item_001,2026-10-02 00:00:00,many\n",
        TARGET.replace("\n", ",7\n"),
        TARGET.replace(",", ";"),
        "10.0,2026-09-30,11.0,12,13\n" * 3,
        "item_001,2026-09-30\n" * 3,
    ],
    ids=["one line", "another date", "no number", "a fourth number", "semicolons", "five columns", "two columns"],
)
def test_anything_else_without_a_header_is_refused(reading_world: World, text: str) -> None:
    assert reading_world.receive("a.csv", text.encode()).reason_code is ReasonCode.MISSING_COLUMNS


def test_other_data_sets_are_not_recognised(reading_world: World) -> None:
    assert reading_world.receive("landing/orders/v1/a.csv", TARGET.encode()).reason_code is ReasonCode.MISSING_COLUMNS
