"""Unknown is not zero: late sites, quarantined days, gaps and partial days, from the file to the forecast."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.pipeline import Pipeline, RunOutcome
from tests.unit.pipeline.conftest import AS_OF
from tests.unit.pipeline.files import MONTH, WEEK, Row, days, demand, write_csv

MONTH_OF = pytest.approx(MONTH, rel=0.01)


def run(pipeline: Pipeline, folder: Path, *files: Sequence[Row]) -> RunOutcome:
    for number, rows in enumerate(files):
        pipeline.drop(write_csv(folder / f"file-{number}.csv", rows))
    outcome = pipeline.run(AS_OF)
    assert outcome.failure is None
    return outcome


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def days_of(outcome: RunOutcome, sku: str) -> dict[date, float | None]:
    return {row["demand_date"]: row["demand"] for row in outcome.demand if row["sku_id"] == sku}


def test_a_late_site_is_forecast_from_its_last_day_and_the_warning_names_it(pipeline: Pipeline, tmp_path: Path) -> None:
    late = [row for sku in ("A", "B") for row in demand(sku, "LATE", 120, ago(7))]
    outcome = run(pipeline, tmp_path, [*demand("A", "TIMELY"), *late])
    assert [outcome.total("A", site) for site in ("TIMELY", "LATE")] == [MONTH_OF, MONTH_OF]
    assert {row["forecast_date"] for row in outcome.forecasts if row["site_id"] == "LATE"} == {
        AS_OF + timedelta(days=n) for n in range(1, 29)
    }
    assert outcome.warnings == (
        f"LATE (demand_history): no complete data after {ago(7)}, 7 days before the as-of date (usual: 0); "
        "its series are forecast from that day on",
    )


def test_a_series_that_ends_before_its_late_site_has_a_warning_of_its_own(pipeline: Pipeline, tmp_path: Path) -> None:
    rows = [*demand("A", "TIMELY"), *demand("A", "LATE", 120, ago(7)), *(row for sku in "BC" for row in demand(sku, "LATE", 120, ago(7)))]
    bad_rows = [row | {"quantity": "x"} if row["sku_id"] == "B" and row["demand_date"] > str(ago(12)) else row for row in rows]
    outcome = run(pipeline, tmp_path, bad_rows)
    assert f"LATE: 1 of 3 series are forecast from {ago(12)}, 12 days before" in " ".join(outcome.warnings)
    assert sum(f"forecast from {ago(7)}" in warning for warning in outcome.warnings) == 0


def test_when_all_sites_of_a_file_are_late_one_warning_says_so(pipeline: Pipeline, tmp_path: Path) -> None:
    outcome = run(pipeline, tmp_path, [row for site in ("A", "B") for row in demand("X", site, 120, ago(5))])
    [warning] = [each for each in outcome.warnings if "forecast from" in each]
    assert f"most sites (demand_history): no complete data after {ago(5)} for 2 of 2 sites (A, B)" in warning
    assert outcome.judgement is not None
    assert outcome.judgement.verdict == "WARN"


def test_newest_weeks_in_quarantine_are_unknown_and_not_zero(pipeline: Pipeline, tmp_path: Path) -> None:
    bad = [row | {"quantity": "eight"} for row in demand("A", count=14)]
    outcome = run(pipeline, tmp_path, demand("A", count=120, last=ago(14)), bad)
    assert outcome.total("A") == MONTH_OF
    assert "14 days before" in " ".join(outcome.warnings)


def test_one_bad_row_makes_its_own_day_unknown_and_no_other(pipeline: Pipeline, tmp_path: Path) -> None:
    rows = [row | {"quantity": "x"} if row["demand_date"] == str(ago(10)) else row for row in demand("A")]
    outcome = run(pipeline, tmp_path, [*rows, *demand("B")])
    assert [day for day, units in days_of(outcome, "A").items() if units is None] == [ago(10)]
    assert None not in days_of(outcome, "B").values()


def test_a_good_file_after_a_bad_one_makes_the_days_known_again(pipeline: Pipeline, tmp_path: Path) -> None:
    bad = [row | {"quantity": "x"} for row in demand("A", count=14)]
    outcome = run(pipeline, tmp_path, demand("A", last=ago(14)), bad, demand("A", count=14))
    assert None not in days_of(outcome, "A").values()
    assert not outcome.warnings or "missing or incomplete" not in " ".join(outcome.warnings)


def test_days_on_which_a_site_delivered_nothing_are_unknown_and_its_closed_weekday_is_zero(pipeline: Pipeline, tmp_path: Path) -> None:
    gap = {str(ago(back)) for back in range(50, 60)}
    open_days = [row for row in demand("A", count=200) if date.fromisoformat(row["demand_date"]).weekday() < 6]
    outcome = run(pipeline, tmp_path, [row for row in open_days if row["demand_date"] not in gap])
    days = days_of(outcome, "A")
    assert {day.isoformat() for day, units in days.items() if units is None} == {
        day for day in gap if date.fromisoformat(day).weekday() < 6
    }
    assert {units for day, units in days.items() if day.weekday() == 6} == {0.0}
    assert outcome.total("A") == pytest.approx(MONTH - 16, rel=0.01)


def test_a_single_row_of_the_newest_day_does_not_make_that_day_complete(pipeline: Pipeline, tmp_path: Path) -> None:
    rows = [row for sku in "ABCDEF" for row in demand(sku, count=150) if sku == "A" or row["demand_date"] < str(AS_OF)]
    outcome = run(pipeline, tmp_path, rows)
    [feed] = outcome.quality["feeds"]
    assert (feed["state"], feed["last_complete_day"], feed["partial_days"]) == ("LATE", str(ago(1)), [str(AS_OF)])
    assert [outcome.total(sku) for sku in "ABCDEF"] == [MONTH_OF] * 6


def test_one_mistyped_year_does_little_harm(pipeline: Pipeline, tmp_path: Path) -> None:
    rows = demand("A", count=150)
    bad_row = {**rows[70], "demand_date": rows[70]["demand_date"].replace("2026", "2024")}
    outcome = run(pipeline, tmp_path, [*rows[:70], bad_row, *rows[71:]])
    assert outcome.total("A") == pytest.approx(MONTH, rel=0.02)


def test_a_rare_seller_stays_zero_between_its_sales(pipeline: Pipeline, tmp_path: Path) -> None:
    rows = [row | {"quantity": "5"} for position, row in enumerate(demand("RARE", "SMALL", count=180)) if position % 10 == 0]
    outcome = run(pipeline, tmp_path, [*rows, *demand("A")])
    assert None not in days_of(outcome, "RARE").values()
    assert outcome.quality["feeds"][1]["state"] == "CURRENT"


def test_a_site_that_ended_long_ago_is_left_out_and_the_reason_says_why(pipeline: Pipeline, tmp_path: Path) -> None:
    outcome = run(pipeline, tmp_path, [*demand("A"), *demand("A", "CLOSED", 120, ago(90))])
    [excluded] = outcome.excluded
    assert (excluded["site_id"], excluded["code"]) == ("CLOSED", "NO_RECENT_DATA")
    assert f"no data since {ago(90)}, 90 days before {AS_OF}" in excluded["reason"]
    assert {feed["site_id"]: feed["state"] for feed in outcome.quality["feeds"]} == {"SITE-1": "CURRENT", "CLOSED": "SILENT"}


def test_of_two_data_sets_of_a_site_each_ends_its_own_series(pipeline: Pipeline, tmp_path: Path) -> None:
    header = "order_id,line_no,customer_id,sku_id,ship_from_site_id,ship_to_id,order_ts,ordered_qty,uom"
    lines = [
        f"O{number},1,C,ORDERED,SITE-1,D,{row['demand_date']}T10:00:00+00:00,{row['quantity']},EA"
        for number, row in enumerate(demand("ORDERED"))
    ]
    orders = tmp_path / "orders.csv"
    orders.write_text("\n".join([header, *lines]) + "\n")
    pipeline.drop(orders, "orders")
    outcome = run(pipeline, tmp_path, demand("REPORTED", last=ago(6)))
    assert {sku: outcome.total(sku) for sku in ("ORDERED", "REPORTED")} == {"ORDERED": MONTH_OF, "REPORTED": MONTH_OF}
    states = {feed["dataset"]: (feed["state"], feed["days_behind"]) for feed in outcome.quality["feeds"]}
    assert states == {"orders": ("CURRENT", 0), "demand_history": ("LATE", 6)}


def test_a_data_set_that_another_one_replaced_long_ago_leaves_days_without_orders_zero(pipeline: Pipeline, tmp_path: Path) -> None:
    header = "order_id,line_no,customer_id,sku_id,ship_from_site_id,ship_to_id,order_ts,ordered_qty,uom"
    lines = [f"O{n},1,C,A,SITE-1,D,{row['demand_date']}T10:00:00+00:00,{row['quantity']},EA" for n, row in enumerate(demand("A", count=70))]
    orders = tmp_path / "orders.csv"
    orders.write_text("\n".join([header, *lines]) + "\n")
    pipeline.drop(orders, "orders")
    outcome = run(pipeline, tmp_path, [*demand("A", last=ago(70)), *demand("ENDED", last=ago(70))])
    assert outcome.total("A") == MONTH_OF
    assert days_of(outcome, "ENDED")[AS_OF] == 0.0


def test_a_history_that_ends_where_the_orders_of_its_site_begin_is_not_late(pipeline: Pipeline, tmp_path: Path) -> None:
    change = AS_OF - timedelta(days=40)
    history = [*demand("A", count=150, last=change), *demand("ENDED", count=150, last=change)]
    orders = [
        {
            "order_id": f"O-{day}",
            "line_no": "1",
            "customer_id": "C",
            "sku_id": "A",
            "ship_from_site_id": "SITE-1",
            "ship_to_id": "X",
            "order_ts": f"{day}T10:00:00+00:00",
            "ordered_qty": str(WEEK[day.weekday()]),
            "uom": "EA",
        }
        for day in days(40)
    ]
    pipeline.drop(write_csv(tmp_path / "history.csv", history))
    pipeline.drop(write_csv(tmp_path / "orders.csv", orders))
    outcome = pipeline.run(AS_OF)
    assert outcome.warnings == ()
    assert {feed["dataset"]: feed["state"] for feed in outcome.quality["feeds"]} == {"demand_history": "REPLACED", "orders": "CURRENT"}
    assert outcome.total("A") == pytest.approx(MONTH, rel=0.02)
    assert outcome.total("ENDED") < MONTH / 4


def with_other_dates(rows: Sequence[Row]) -> list[Row]:
    """Every other row with its day as 13/08/2026, which the contract does not read; up to the twelfth it could be another day as well."""
    other_dates = [f"{date.fromisoformat(row['demand_date']):%d/%m/%Y}" for row in rows]
    return [row if n % 2 else {**row, "demand_date": text} for n, (row, text) in enumerate(zip(rows, other_dates, strict=True))]


def test_the_days_of_dates_in_another_order_are_unknown_and_not_zero(pipeline: Pipeline, tmp_path: Path) -> None:
    outcome = run(pipeline, tmp_path, [*with_other_dates(demand("MIXED")), *demand("GOOD")])
    assert outcome.quality["datasets"]["demand_history"]["quarantined"] == 60
    assert [outcome.total("MIXED"), outcome.total("GOOD")] == [MONTH_OF, MONTH_OF]
    assert days_of(outcome, "MIXED")[ago(1)] is None


def test_a_corrected_file_makes_such_days_known_whatever_the_bad_dates_could_mean(pipeline: Pipeline, tmp_path: Path) -> None:
    outcome = run(pipeline, tmp_path, with_other_dates(demand()), demand())
    assert None not in days_of(outcome, "SKU-1").values()
    assert outcome.total() == MONTH_OF


def test_the_days_of_orders_without_an_offset_are_unknown_and_not_zero(pipeline: Pipeline, tmp_path: Path) -> None:
    orders = [
        {
            "order_id": f"O-{day}",
            "line_no": "1",
            "customer_id": "C",
            "sku_id": "A",
            "ship_from_site_id": "S",
            "ship_to_id": "T",
            "order_ts": f"{day} 10:00:00" + ("" if day.day % 3 == 0 else "Z"),
            "ordered_qty": str(WEEK[day.weekday()]),
            "uom": "EA",
        }
        for day in days(120)
    ]
    outcome = run(pipeline, tmp_path, orders)
    assert outcome.quality["datasets"]["orders"]["codes"] == {"UNKNOWN_ZONE": sum(day.day % 3 == 0 for day in days(120))}
    assert outcome.total("A", "S") == MONTH_OF


def test_the_days_of_orders_on_an_unknown_lane_are_unknown_and_not_zero(pipeline: Pipeline, tmp_path: Path) -> None:
    lanes = [{"lane_id": "L-1", "origin_id": "S", "destination_id": "T", "distance_km": "10", "transit_days": "1"}]
    orders = [
        {
            "order_id": f"O-{day}",
            "line_no": "1",
            "customer_id": "C",
            "sku_id": "A",
            "ship_from_site_id": "S",
            "ship_to_id": "T",
            "lane_id": "L-2" if day.day % 3 == 0 else "L-1",
            "order_ts": f"{day} 10:00:00Z",
            "ordered_qty": str(WEEK[day.weekday()]),
            "uom": "EA",
        }
        for day in days(120)
    ]
    outcome = run(pipeline, tmp_path, orders, lanes)
    assert outcome.quality["datasets"]["orders"]["codes"] == {"UNKNOWN_LANE": sum(day.day % 3 == 0 for day in days(120))}
    assert outcome.total("A", "S") == MONTH_OF


def test_a_file_of_which_half_conflicts_stops_no_other_site_and_is_named(pipeline: Pipeline, tmp_path: Path) -> None:
    half = demand("A", "HALF")
    rows = [*half, *(row | {"quantity": str(int(row["quantity"]) + 1)} for row in half[60:])]
    outcome = run(pipeline, tmp_path, [row for site in ("S1", "S2", "S3") for row in demand("A", site)], rows)
    assert outcome.judgement is not None
    assert outcome.judgement.verdict == "WARN"
    assert [outcome.total("A", site) for site in ("S1", "S2", "S3", "HALF")] == [MONTH_OF] * 3 + [0]
    text = " ".join(outcome.warnings)
    assert "HALF (demand_history): no complete data after" in text
    assert "rows of later days are in quarantine: 120 CONFLICT" in text
    assert "most of them in file-1.csv (120 of 180)" in text
    assert "cannot be told" not in text
    assert [(row["site_id"], row["code"]) for row in outcome.excluded] == [("HALF", "NO_RECENT_DATA")]


def test_only_rows_without_site_or_a_possible_day_are_without_a_place(pipeline: Pipeline, tmp_path: Path) -> None:
    rows = demand("A")
    changes = [{"site_id": ""}, {"demand_date": "soon"}, {"demand_date": "2062-01-01"}, {"demand_date": "03/04/2026"}, {"quantity": "x"}]
    changes.append({"site_id": "X" * 51})
    for number, change in enumerate(changes, start=50):
        rows[number] |= change
    quality = run(pipeline, tmp_path, rows).quality
    part = quality["datasets"]["demand_history"]
    assert (part["quarantined"], list(part["unplaced_rows"].values())) == (6, [4])
    assert [feed["site_id"] for feed in quality["feeds"]] == ["SITE-1"]
