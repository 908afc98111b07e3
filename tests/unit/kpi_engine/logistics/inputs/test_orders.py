"""Order lines: which rows are one line, and which contradict each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from kpi_engine.logistics.inputs.orders import read_order_lines
from kpi_engine.logistics.inputs.rows import find_repetition, select_rows
from kpi_engine.shared.errors import DuplicateKeys


def rows(*values: tuple[Any, ...], columns: str = "order_id line_no ordered_qty shipment_id") -> pd.DataFrame:
    return pd.DataFrame(values, columns=columns.split())


def test_rows_of_a_line_in_two_shipments_are_one_line() -> None:
    assert read_order_lines(rows(("A", 1, 10, "S1"), ("A", 1, 10, "S2"), ("A", 2, 10, "S1"))).number("ordered_qty").tolist() == [10, 10]


PARTS = "order_id line_no ordered_qty shipped_qty shipment_id delivered_ts"


@pytest.mark.parametrize("quantities", [(5, 5), (6, 4), (1, 9), (10, 0)])
def test_parts_of_a_line_in_several_shipments_are_added_up(quantities: tuple[int, int]) -> None:
    frame = rows(*(("A", 1, 10, n, f"S{n}{at}", f"2026-07-2{at}") for at, n in enumerate(quantities)), columns=PARTS)
    line = read_order_lines(frame)
    assert (line.number("shipped_qty").tolist(), line.number("delivered_ts").tolist()) == ([10], [20_655])
    assert line.shipment_ids == (frozenset(frame["shipment_id"]),)


def test_a_line_is_delivered_when_its_last_part_is() -> None:
    parts = rows(("A", 1, 10, 6, "S1", "2026-07-20"), ("A", 1, 10, 4, "S2", None), columns=PARTS)
    assert np.isnan(read_order_lines(parts).number("delivered_ts")).tolist() == [True]


def test_a_part_of_unknown_quantity_makes_that_of_the_line_unknown() -> None:
    parts = rows(("A", 1, 10, 6, "S1", None), ("A", 1, 10, None, "S2", None), columns=PARTS)
    assert np.isnan(read_order_lines(parts).number("shipped_qty")).tolist() == [True]


def test_rows_that_repeat_the_total_of_a_line_for_each_shipment_are_not_added_up() -> None:
    parts = rows(("A", 1, 10, 8, "S1", None), ("A", 1, 10, 8, "S2", None), columns=PARTS)
    assert read_order_lines(parts).number("shipped_qty").tolist() == [8]


def test_parts_that_differ_in_what_is_about_the_line_are_refused() -> None:
    with pytest.raises(DuplicateKeys, match="line 1 of order A"):
        read_order_lines(rows(("A", 1, 10, 6, "S1", None), ("A", 1, 12, 4, "S2", None), columns=PARTS))


def test_one_shipment_with_two_quantities_of_a_line_is_refused() -> None:
    with pytest.raises(DuplicateKeys, match="line 1 of order A"):
        read_order_lines(rows(("A", 1, 10, 6, "S1", None), ("A", 1, 10, 4, "S1", None), columns=PARTS))


def test_rows_of_one_line_that_differ_are_refused_by_name_the_first_in_order() -> None:
    with pytest.raises(DuplicateKeys, match="line 1 of order A"):
        read_order_lines(rows(("B", 1, 1, "S"), ("B", 1, 2, "S"), ("A", 1, 1, "S"), ("A", 1, 2, "S")))


def test_equal_rows_without_a_line_number_are_different_lines() -> None:
    assert len(read_order_lines(rows(("A", None, 10, "S1"), ("A", None, 10, "S1")))) == 2


def test_a_shipment_below_the_lines_is_no_line() -> None:
    assert len(read_order_lines(rows(("A", 1, 10, None), (None, None, None, "S1")))) == 1


def test_what_the_supplier_cancelled_left_with_quantity_zero() -> None:
    frame = rows(("A", 10, "CANCELLED_US"), ("B", 10, "SHIPPED"), columns="order_id shipped_qty status")
    assert read_order_lines(frame).outgoing_quantity("shipped_qty").tolist() == [0, 10]


def test_a_whole_number_is_one_order_whether_a_gap_turned_it_into_a_float_or_not() -> None:
    assert read_order_lines(rows((7, 1, 10, "S"), ("7", 2, 5, "S"), (8.0, 1, 1, "S"))).order.tolist() == [0, 0, 1]


def test_the_first_repetition_is_that_of_the_smallest_key() -> None:
    frame = pd.DataFrame({"site": ["B", "B", "A", "A"], "name": ["b1", "b2", "a1", "a2"]})
    repetition = find_repetition(frame, ["site"])
    assert repetition is not None
    assert repetition["name"] == "a2"


def test_a_frame_without_columns_has_no_rows_to_select() -> None:
    assert select_rows(pd.DataFrame(), "order_id").empty
