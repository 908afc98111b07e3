"""Files of which a line is not a row, from the file to the forecast."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.models.domain.objects import ObjectStatus
from tests.pipeline import Pipeline
from tests.unit.pipeline.conftest import AS_OF
from tests.unit.pipeline.files import MONTH, WEEK, days
from tests.workbooks import row, sheet, workbook


def test_months_in_sheets_of_a_workbook_are_forecast_as_one_series(pipeline: Pipeline, tmp_path: Path) -> None:
    by_month: dict[str, list[str]] = {}
    for day in days(120):
        by_month.setdefault(f"{day:%B}", []).append(row(f"{day:%d/%m/%Y}", "A", "S", str(WEEK[day.weekday()])))
    header = row("Date", "SKU", "Warehouse", "Qty Sold")
    repeat = by_month["November"][0]
    sheets = {name: sheet(header, *rows) for name, rows in by_month.items()} | {"Late rows": sheet(header, repeat)}
    file = tmp_path / "sales.xlsx"
    file.write_bytes(workbook(sheets))
    record = pipeline.drop(file)
    outcome = pipeline.run(AS_OF)
    assert (record.status, record.rows) == (ObjectStatus.ACCEPTED, 121)
    assert outcome.total("A", "S") == pytest.approx(MONTH, rel=0.02)


def test_blank_cells_of_days_as_columns_do_not_lower_the_forecast_and_do_not_stop_the_run(pipeline: Pipeline, tmp_path: Path) -> None:
    history = list(days(120))
    blanks = set(history[60::6])
    texts = ["" if day in blanks else str(WEEK[day.weekday()]) for day in history]
    file = tmp_path / "wide.csv"
    lines = [f"{sku};{';'.join(texts)}" for sku in ("A", "B")]
    file.write_text("\n".join([f"sku;{';'.join(map(str, history))}", *lines, ""]), encoding="utf-8")
    record = pipeline.drop(file)
    outcome = pipeline.run(AS_OF)
    assert (record.status, record.rows) == (ObjectStatus.ACCEPTED, 240)
    assert outcome.quality["datasets"]["demand_history"]["codes"] == {"BLANK_CELL": 2 * len(blanks)}
    assert outcome.quality["bad_row_share"] == 0.0
    assert outcome.judgement is not None
    assert outcome.judgement.verdict.value == "PASS", outcome.judgement.reasons
    assert [outcome.total(sku) for sku in ("A", "B")] == pytest.approx([MONTH, MONTH], rel=0.03)


def test_a_mended_cell_takes_its_place_in_the_next_run(pipeline: Pipeline, tmp_path: Path) -> None:
    history = list(days(120))
    texts = [str(WEEK[day.weekday()]) for day in history]
    texts[100] = "x"
    file = tmp_path / "wide.csv"
    file.write_text(f"sku,{','.join(map(str, history))}\nA,{','.join(texts)}\n", encoding="utf-8")
    record = pipeline.drop(file)
    mended_rows = tmp_path / "wide.bad-rows.csv"
    line = f"R2C102,MAIN,A,{history[100]},{WEEK[history[100].weekday()]},EA"
    mended_rows.write_text(f"signify_line,site_id,sku_id,demand_date,quantity,uom\n{line}\n", encoding="utf-8")
    replay = pipeline.replay(mended_rows, record)
    part = pipeline.run(AS_OF).quality["datasets"]["demand_history"]
    assert (replay.status, part["rows_in"], part["curated"]) == (ObjectStatus.ACCEPTED, 120, 120)


def test_the_year_month_and_day_of_columns_are_forecast_as_days(pipeline: Pipeline, tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    lines = [f"{day.year},{day.month},{day.day},A,{WEEK[day.weekday()]}" for day in days(120)]
    file.write_text("\n".join(["Year,Month,Day,SKU,Units", *lines, ""]), encoding="utf-8")
    pipeline.drop(file)
    assert pipeline.run(AS_OF).total("A") == pytest.approx(MONTH, rel=0.02)
