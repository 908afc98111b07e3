from __future__ import annotations

from datetime import date

import pytest

from contracts.documents import WarningDocument
from glue_jobs.arguments import JobRun, StagedObject
from glue_jobs.reconciliation import RowsLost, dataset_report, quality_report, reconcile

OBJECTS = (
    StagedObject("a", "orders", "landing/orders/v1/a.csv", 10, "staging/a.parquet"),
    StagedObject("b", "orders", "landing/orders/v1/b.csv", 3, "staging/b.parquet"),
)
RUN = JobRun("lake", "r1", date(2026, 11, 22), 28, date(2026, 11, 23), OBJECTS)


def test_rows_that_add_up_are_counted_per_object() -> None:
    first, second = reconcile(OBJECTS, {"a": 7}, {"a": 2, "b": 3}, {"a": 1})
    assert (first.rows_in, first.curated, first.quarantined, first.duplicates) == (10, 7, 2, 1)
    assert (second.rows_in, second.curated, second.quarantined, second.duplicates) == (3, 0, 3, 0)


@pytest.mark.parametrize("curated_rows", [6, 8])
def test_a_row_too_few_or_too_many_fails_with_its_object_and_the_counts(curated_rows: int) -> None:
    counts = f"{curated_rows} curated \\+ 2 quarantined \\+ 1 duplicates = {curated_rows + 3}$"
    with pytest.raises(RowsLost, match=f"landing/orders/v1/a.csv: 10 rows came in, but {counts}"):
        reconcile(OBJECTS, {"a": curated_rows, "b": 3}, {"a": 2}, {"a": 1})


def test_a_row_lost_in_one_object_is_not_offset_by_another() -> None:
    with pytest.raises(RowsLost, match=r"a\.csv"):
        reconcile(OBJECTS, {"a": 9, "b": 4}, {}, {})


def test_a_report_sums_over_objects_and_data_sets() -> None:
    blank: WarningDocument = {"code": "BLANK", "column": "customer_id", "rows": 1, "samples": []}
    orders = dataset_report(reconcile(OBJECTS, {"a": 7}, {"a": 2, "b": 3}, {"a": 1}), {"a": {"TYPE": 2}, "b": {"TYPE": 3}}, [blank], [])
    assert orders["warnings"] == {"blank_customer_id": 1}
    report = quality_report(RUN, {"orders": orders, "demand_history": orders})
    assert [orders[name] for name in ("rows_in", "curated", "quarantined", "duplicates")] == [13, 7, 5, 1]
    assert [report[name] for name in ("rows_in", "curated", "quarantined", "duplicates")] == [26, 14, 10, 2]
    assert (report["reconciled"], report["bad_row_share"], report["as_of_date"]) == (True, 10 / 26, "2026-11-22")


def test_a_run_without_rows_has_no_bad_ones() -> None:
    assert quality_report(RUN, {})["bad_row_share"] == 0.0
