"""Keys of rows: sorted once, each point once, and found again in the frame."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.accuracy.inputs.grid import Grid, split_rows
from kpi_engine.accuracy.inputs.row_keys import RowKeys
from kpi_engine.accuracy.inputs.series_index import index_series
from kpi_engine.shared.columns import NO_DAY
from kpi_engine.shared.errors import DuplicateKeys
from tests.unit.kpi_engine.accuracy.points import integers

DAY, SERIES, SPAN = 20_000, 4, 10
ROWS = st.lists(st.tuples(st.integers(-1, SERIES - 1), st.one_of(st.none(), st.integers(0, SPAN - 1)), st.integers(0, 5)), max_size=25)
Rows = list[tuple[int, int | None, int]]
INDEX, _ = index_series([pd.DataFrame({"sku_id": list("ABCD")})])


def keys_of(rows: Rows) -> RowKeys:
    return RowKeys.of(integers([series for series, _, _ in rows]), integers([NO_DAY if day is None else DAY + day for _, day, _ in rows]))


@given(ROWS, st.sampled_from([SPAN, 10**8]))
def test_rows_come_in_order_of_series_day_and_lead_or_are_refused(rows: Rows, span: int) -> None:
    usable = [(series, day, lead, row) for row, (series, day, lead) in enumerate(rows) if series >= 0 and day is not None]
    keys, leads = keys_of(rows), integers([lead for _, _, lead in rows])
    assert keys.n_missing == len(rows) - len(usable)
    if len({point[:3] for point in usable}) < len(usable):
        with pytest.raises(DuplicateKeys, match="f has more than one row for"):
            keys.sort("f", Grid(SERIES, DAY, span), INDEX, leads)
        return
    result = keys.sort("f", Grid(SERIES, DAY, span), INDEX, leads)
    assert result.lead is not None
    in_order = sorted(usable)
    assert result.cells.tolist() == [series * span + day for series, day, _, _ in in_order]
    assert result.lead.tolist() == [lead for _, _, lead, _ in in_order]
    assert (list(range(len(rows))) if result.rows is None else result.rows.tolist()) == [row for _, _, _, row in in_order]


def test_duplicates_are_counted_by_point_and_five_are_shown() -> None:
    rows: Rows = [*((1, day % 7, 0) for day in range(14)), (2, 0, 3), (2, 0, 4)]
    with pytest.raises(DuplicateKeys, match=r"for 7 points; .*SKU B, 2024-10-04; .*SKU B, 2024-10-08 \.\.\.$"):
        keys_of(rows).sort("f", Grid(SERIES, DAY, SPAN), INDEX, integers([lead for _, _, lead in rows]))


@given(st.lists(st.integers(0, 9), max_size=12), st.integers(1, 30))
def test_slices_are_consecutive_reach_the_size_and_cut_no_series(counts: list[int], size: int) -> None:
    slices = list(split_rows(integers(counts), size))
    edges = [0, *np.cumsum(counts).tolist()]
    assert [part.start for part in slices] == [0, *(part.stop for part in slices)][: len(slices)]
    assert sum(part.stop - part.start for part in slices) == sum(counts)
    assert all(part.stop in edges for part in slices)
    assert all(size <= part.stop - part.start for part in slices[:-1])
