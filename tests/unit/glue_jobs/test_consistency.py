"""Rules between columns and of check digits, for every data set that has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from contracts import datasets
from contracts.datasets import Contract
from tests.unit.glue_jobs.conftest import Engine
from tests.unit.glue_jobs.rows import GOOD, stage

TODAY = date(2026, 11, 23)
Texts = Mapping[str, str]

SKU = [
    ({"gtin": "4006381333931"}, None),  # the example of the GS1 calculator
    ({"gtin": "4006381333932"}, "CODE"),
    ({"gtin": "4006381339331"}, "CODE"),  # two digits exchanged
    ({"gtin": "96385074"}, None),  # a GTIN-8
    ({"gtin": "036000291452"}, None),  # a GTIN-12
    ({"gtin": "10614141000415"}, None),  # a GTIN-14
    ({"gtin": "40063813339"}, "CODE"),  # no GTIN has 11 digits
    ({"gtin": ""}, None),
    ({"valid_from": "2026-01-01", "valid_to": "2026-01-02"}, None),
    ({"valid_from": "2026-01-01", "valid_to": "2026-01-01"}, "CONSISTENCY"),
    ({"valid_from": "2026-01-02", "valid_to": "2026-01-01"}, "CONSISTENCY"),
    ({"valid_to": "2026-01-01"}, None),
    ({"units_per_case": "0"}, "RANGE"),
    ({"volume_m3": "0.000125"}, None),
    ({"currency": "EUR"}, None),
]
SITE = [
    ({"gln": "9436465792104"}, None),
    ({"gln": "9436465792105"}, "CODE"),
    ({"country": "GB", "subdivision": "GB-SCT"}, None),
    ({"country": "NL", "subdivision": "GB-SCT"}, "CONSISTENCY"),
    ({"subdivision": "GB-NOWHERE"}, "CODE"),
    ({"country": "UK"}, "CODE"),
    ({"time_zone": "Europe/Lundon"}, "CODE"),
    ({"time_zone": "GMT+1"}, "CODE"),
    ({"week_start": "7"}, None),
    ({"week_start": "8"}, "RANGE"),
    ({"open_days": "12345"}, None),
    ({"open_days": "0123"}, "CODE"),
]
SHIPMENT = [
    ({"dock_in_ts": "2026-11-01T10:00:00Z", "dock_out_ts": "2026-11-01T11:00:00Z"}, None),
    ({"dock_in_ts": "2026-11-01T10:00:00Z", "dock_out_ts": "2026-11-01T10:00:00Z"}, None),
    # Later by the clock on the wall, earlier in time.
    ({"dock_in_ts": "2026-11-01T10:00:00-05:00", "dock_out_ts": "2026-11-01T11:00:00+01:00"}, "CONSISTENCY"),
    ({"distance_km": "100", "empty_km": "101"}, "CONSISTENCY"),
    ({"distance_km": "100", "empty_km": "100"}, None),
]
OTHER = {
    "orders": [({"ordered_qty": "10", "shipped_qty": "15"}, None), ({"ordered_qty": "10", "shipped_qty": "15.001"}, "CONSISTENCY")],
    "capacity": [({"availability": "0.85"}, None), ({"availability": "85"}, "RANGE")],
    "calendar_events": [({"end_date": "2026-10-31"}, "CONSISTENCY"), ({"end_date": "2026-11-01"}, None)],
    "fx_rates": [({"rate": "0.000061234"}, None), ({"rate": "0"}, "RANGE"), ({"base_currency": "ECU"}, "CODE")],
}
CASES = {"sku_master": SKU, "site_master": SITE, "shipments": SHIPMENT, **OTHER}


def without_other_columns(contract: Contract, texts: list[tuple[dict[str, str], str | None]]) -> Contract:
    """The contract with the columns that the rows fill: the embedded engine takes seconds to plan for all."""
    names = set(GOOD[contract.dataset]) | {name for row, _ in texts for name in row}
    columns = tuple(column for column in contract.columns if column.name in names)
    return replace(
        contract,
        columns=columns,
        consistency=tuple(rule for rule in contract.consistency if {rule.column, rule.of} <= names),
        order=tuple(rule for rule in contract.order if {rule.first, rule.then} <= names),
        starts_with=tuple(rule for rule in contract.starts_with if {rule.column, rule.of} <= names),
    )


def code_of_warning(warnings: str) -> str | None:
    """The code of the rule that an optional value breaks, which costs no row."""
    return warnings.split("OPTIONAL_")[1] if "OPTIONAL_" in warnings else None


@pytest.mark.parametrize("dataset", CASES)
def test_each_row_gets_the_code_of_the_rule_that_it_breaks(engine: Engine, dataset: str) -> None:
    from glue_jobs.transforms.validation import add_verdict

    cases = CASES[dataset]
    contract = without_other_columns(datasets.load(dataset), cases)
    rows = [{**GOOD[dataset], **texts} for texts, _ in cases]
    verdicts = engine.rows(add_verdict(engine.frame(stage(contract, rows)), contract, TODAY))
    codes = {row["source_line"]: row["code"] or code_of_warning(row["warnings"]) for row in verdicts}
    assert [(texts, codes[line]) for line, (texts, _) in enumerate(cases, start=2)] == cases


@pytest.mark.parametrize("dataset", datasets.list_names())
def test_the_example_of_every_data_set_is_valid_and_keeps_its_values(engine: Engine, dataset: str) -> None:
    from contracts.datasets.examples import example_row
    from glue_jobs.transforms.validation import add_verdict

    row = example_row(datasets.load(dataset), optional=True)
    contract = without_other_columns(datasets.load(dataset), [(row, None)])
    (verdict,) = engine.rows(add_verdict(engine.frame(stage(contract, [row])), contract, TODAY))
    assert verdict["code"] is None, verdict["reason"]
