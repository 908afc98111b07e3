"""Files with other people's columns, from the file to the forecast."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from local.errors import DataError
from runtime.models.domain.objects import ObjectStatus
from tests.pipeline import Pipeline
from tests.unit.pipeline.conftest import AS_OF
from tests.unit.pipeline.files import MONTH, WEEK, days, write_csv


def test_a_european_file_of_another_system_is_forecast_as_its_weekly_pattern(pipeline: Pipeline, tmp_path: Path) -> None:
    lines = [f"{day:%d.%m.%Y};Ä-1;Köln;{WEEK[day.weekday()]},00" for day in days(120)]
    file = tmp_path / "Absatz 2026-11.csv"
    file.write_bytes("\n".join(["Datum;Artikel;Lager;Menge", *lines]).encode("windows-1252"))
    record = pipeline.drop(file)
    outcome = pipeline.run(AS_OF)
    assert (record.status, record.rows) == (ObjectStatus.ACCEPTED, 120)
    assert record.warnings[0] == "read as mappings/demand_history/absatz.toml states"
    assert outcome.total("Ä-1", "Köln") == pytest.approx(MONTH, rel=0.02)


def test_the_sales_of_a_day_are_added_up(pipeline: Pipeline, tmp_path: Path) -> None:
    halves = [
        {"Date": f"{day:%Y/%m/%d}", "Item": "A", "Store": "S", "Units": str(WEEK[day.weekday()])} for day in days(120) for _ in range(2)
    ]
    record = pipeline.drop(write_csv(tmp_path / "tickets.csv", halves))
    outcome = pipeline.run(AS_OF)
    assert (record.status, record.rows) == (ObjectStatus.ACCEPTED, 240)
    assert outcome.total("A", "S") == pytest.approx(2 * MONTH, rel=0.02)


def test_a_corrected_mapping_makes_the_same_bytes_new_content(pipeline: Pipeline, tmp_path: Path) -> None:
    rows = [{"Date": f"{day:%Y/%m/%d}", "Item": "A", "Store": "S", "Units": str(WEEK[day.weekday()])} for day in days(120)]
    file = write_csv(tmp_path / "sales.csv", rows)
    first, again = pipeline.drop(file), pipeline.drop(file)
    mapping = tmp_path / "sales.mapping.toml"
    mapping.write_text(mapping.read_text(encoding="utf-8").replace('uom" = "EA"', 'uom" = "KGM"'), encoding="utf-8")
    correction = pipeline.drop(file)
    assert [record.status for record in (first, again, correction)] == [
        ObjectStatus.ACCEPTED,
        ObjectStatus.DUPLICATE,
        ObjectStatus.ACCEPTED,
    ]


def test_goods_issues_of_sap_with_the_minus_behind_the_number_are_demand(pipeline: Pipeline, tmp_path: Path) -> None:
    lines = [f"A-1;Größe M;1000;601;{day:%d.%m.%Y};{WEEK[day.weekday()] * 200:,d}".replace(",", ".") + ",000-;ST" for day in days(120)]
    return_line = f"A-1;Größe M;1000;602;{AS_OF:%d.%m.%Y};5,000;ST"
    file = tmp_path / "mb51.csv"
    header = "Material;Materialkurztext;Werk;Bewegungsart;Buchungsdatum;Menge in ErfassME;ErfassungsME"
    file.write_bytes("\n".join([header, *lines, return_line]).encode("windows-1252"))
    with pytest.raises(DataError, match="State it with --unit 'ST=EA'"):
        pipeline.drop(file)
    record = pipeline.drop(file, units={"ST": "EA"})
    outcome = pipeline.run(AS_OF)
    assert (record.status, record.rows) == (ObjectStatus.ACCEPTED, 121)
    assert outcome.quality["datasets"]["demand_history"]["codes"] == {"RANGE": 1}
    assert outcome.total("A-1", "1000") == pytest.approx(200 * MONTH, rel=0.02)


def test_an_order_export_with_offsets_counts_on_the_days_that_are_written(pipeline: Pipeline, tmp_path: Path) -> None:
    rows = [
        {
            "Name": f"#{number}",
            "Created at": f"{day} 23:{number % 60:02}:07 -0500",
            "Lineitem quantity": str(WEEK[day.weekday()]),
            "Lineitem name": "Mug",
            "Lineitem price": "9.90",
            "Lineitem sku": "MUG-1",
            "Source": source,
        }
        for number, day in enumerate(days(120))
        for source in ("web", "")
    ]
    record = pipeline.drop(write_csv(tmp_path / "orders_export.csv", rows))
    outcome = pipeline.run(AS_OF)
    assert (record.status, record.rows) == (ObjectStatus.ACCEPTED, 240)
    assert outcome.quality["quarantined"] == 0
    assert [row["demand"] for row in outcome.demand if row["demand_date"] == AS_OF] == [2 * WEEK[AS_OF.weekday()]]
    assert outcome.total("MUG-1", "MAIN") == pytest.approx(2 * MONTH, rel=0.02)


def test_a_target_time_series_of_amazon_forecast_is_read_in_parquet_and_in_json_lines(pipeline: Pipeline, tmp_path: Path) -> None:
    rows = [{"timestamp": f"{day} 00:00:00", "target_value": float(WEEK[day.weekday()])} for day in days(120)]
    columns = {"item_id": ["PARQUET"] * len(rows), **{name: [row[name] for row in rows] for name in rows[0]}}
    pq.write_table(pa.table(columns), tmp_path / "target.parquet")
    lines = [json.dumps({"item_id": "JSON", **row}) for row in rows]
    (tmp_path / "target.jsonl").write_text("\n".join(lines), encoding="utf-8")
    records = [pipeline.drop(tmp_path / name) for name in ("target.parquet", "target.jsonl")]
    outcome = pipeline.run(AS_OF)
    assert [record.status for record in records] == [ObjectStatus.ACCEPTED] * 2
    assert records[0].warnings[0].startswith("read as a target time series of Amazon Forecast")
    assert [outcome.total("PARQUET", "ALL"), outcome.total("JSON", "MAIN")] == [pytest.approx(MONTH, rel=0.02)] * 2
