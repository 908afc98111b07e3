"""What values and keys in the spellings of other people become: file in, forecast out."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from runtime.models.domain.quality import Verdict
from tests import workbooks
from tests.pipeline import Pipeline
from tests.unit.pipeline.conftest import AS_OF
from tests.unit.pipeline.files import MONTH, demand, write_csv


def test_harmless_spellings_and_bad_optional_values_cost_no_demand(pipeline: Pipeline, tmp_path: Path) -> None:
    rows = [
        *({**row, "quantity": f"{row['quantity']}.0000", "price": "1.7899"} for row in demand("FLOAT")),
        *({**row, "demand_date": f"{row['demand_date']} 00:00:00", "price": "gratis"} for row in demand("MIDNIGHT")),
        *({**row, "uom": "ea", "price": ""} for row in demand("WILDE-ÄPFEL|20%")),
    ]
    pipeline.drop(write_csv(tmp_path / "spellings.csv", rows))
    outcome = pipeline.run(AS_OF)
    assert outcome.quality["quarantined"] == 0
    assert {row["sku_id"]: outcome.total(row["sku_id"]) for row in outcome.forecasts} == {
        sku: pytest.approx(MONTH, rel=0.02) for sku in ("FLOAT", "MIDNIGHT", "WILDE-ÄPFEL|20%")
    }
    warnings = outcome.quality["datasets"]["demand_history"]["warnings"]
    assert warnings == {"rounded_price": 120, "optional_type_price": 120}


def test_identifiers_that_look_the_same_are_one_series(pipeline: Pipeline, tmp_path: Path) -> None:
    days = demand("CAFÉ-1")
    rows = [{**row, "sku_id": unicodedata.normalize("NFD" if number % 2 else "NFC", row["sku_id"])} for number, row in enumerate(days)]
    pipeline.drop(write_csv(tmp_path / "accents.csv", rows))
    outcome = pipeline.run(AS_OF)
    assert {row["sku_id"] for row in outcome.forecasts} == {"CAFÉ-1"}
    assert outcome.total() == pytest.approx(MONTH, rel=0.02)


def test_channels_of_one_day_are_added_up(pipeline: Pipeline, tmp_path: Path) -> None:
    rows = [
        {**row, "quantity": str(int(row["quantity"]) * times), "channel": channel}
        for row in demand()
        for channel, times in (("web", 3), ("shop", 1))
    ]
    pipeline.drop(write_csv(tmp_path / "channels.csv", rows))
    outcome = pipeline.run(AS_OF)
    assert outcome.total() == pytest.approx(4 * MONTH, rel=0.02)
    assert outcome.quality["datasets"]["demand_history"]["warnings"] == {"summed": 240}


def test_files_of_one_channel_each_are_added_up_and_each_is_restated_by_itself(pipeline: Pipeline, tmp_path: Path) -> None:
    def of_channel(name: str, channel: str, times: int) -> Path:
        return write_csv(tmp_path / name, [{**row, "quantity": str(int(row["quantity"]) * times), "channel": channel} for row in demand()])

    pipeline.drop(of_channel("web.csv", "web", 9))
    pipeline.drop(of_channel("shop.csv", "shop", 1))
    pipeline.drop(of_channel("web-corrected.csv", "web", 3))
    outcome = pipeline.run(AS_OF)
    assert outcome.total() == pytest.approx(4 * MONTH, rel=0.02)
    assert outcome.quality["datasets"]["demand_history"]["warnings"] == {"restated": 120, "summed": 240}


def test_a_file_without_channels_and_one_whose_rows_are_added_restate_the_whole_day(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.drop(write_csv(tmp_path / "web.csv", [{**row, "quantity": "99", "channel": "web"} for row in demand()]))
    pipeline.drop(write_csv(tmp_path / "total.csv", demand()))
    tickets = [
        {"Date": row["demand_date"], "Item": "TICKETS", "Store": "S", "Units": row["quantity"]} for row in demand() for _ in range(2)
    ]
    pipeline.drop(write_csv(tmp_path / "tickets 1.csv", tickets))
    pipeline.drop(write_csv(tmp_path / "tickets 2.csv", [*tickets[:2], *tickets]))
    outcome = pipeline.run(AS_OF)
    assert outcome.total("SKU-1") == pytest.approx(MONTH, rel=0.02)
    assert outcome.total("TICKETS") == pytest.approx(2 * MONTH, rel=0.02)


def test_a_file_of_which_half_repeats_does_not_pass_unnoticed(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.drop(write_csv(tmp_path / "twice.csv", [*demand(), *demand()]))
    outcome = pipeline.run(AS_OF)
    assert outcome.judgement is not None
    assert outcome.judgement.verdict is Verdict.WARN
    assert "REPEATED" in outcome.warnings[0]


def test_items_whose_identifiers_a_spreadsheet_has_ruined_are_never_merged(pipeline: Pipeline, tmp_path: Path) -> None:
    ruined_rows = [{**row, "sku_id": "9.78014E+12", "quantity": str(int(row["quantity"]) * times)} for row in demand() for times in (1, 10)]
    pipeline.drop(write_csv(tmp_path / "isbn.csv", [*ruined_rows, *demand("SKU-2")]))
    outcome = pipeline.run(AS_OF)
    assert outcome.quality["datasets"]["demand_history"]["codes"] == {"CONFLICT": 240}
    assert {row["sku_id"] for row in outcome.forecasts} == {"SKU-2"}
    assert any("RUINED_IDENTIFIER" in warning for warning in outcome.warnings)


def test_numbers_of_json_and_of_workbooks_with_three_decimals_are_not_thousands(pipeline: Pipeline, tmp_path: Path) -> None:
    lines = [json.dumps({**row, "quantity": int(row["quantity"]) + 0.125}) for row in demand("JSON")]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    rows = [workbooks.row(row["site_id"], "XLSX", row["demand_date"], workbooks.number(row["quantity"] + ".125"), "EA") for row in demand()]
    (tmp_path / "b.xlsx").write_bytes(workbooks.workbook({"Demand": workbooks.sheet(workbooks.row(*workbooks.HEADER), *rows)}))
    for name in ("a.jsonl", "b.xlsx"):
        pipeline.drop(tmp_path / name)
    outcome = pipeline.run(AS_OF)
    assert outcome.quality["quarantined"] == 0
    assert {sku: outcome.total(sku) for sku in ("JSON", "XLSX")} == {
        sku: pytest.approx(MONTH + 28 / 8, rel=0.02) for sku in ("JSON", "XLSX")
    }
