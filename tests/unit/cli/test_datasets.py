"""`signify datasets` and `signify explain-code`."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from cli.datasets.odcs import odcs_document, to_yaml
from contracts import datasets
from contracts.quality_codes import QuarantineCode, WarningCode
from tests.unit.cli.invocation import invoke
from tools.documentation import quality_codes

PAGE = Path(__file__).resolve().parents[3] / "docs" / "quality_codes.md"


@pytest.mark.parametrize("name", datasets.list_names())
def test_the_yaml_of_a_contract_is_its_document(name: str) -> None:
    document = odcs_document(datasets.load(name))
    assert yaml.safe_load(to_yaml(document)) == document


@pytest.mark.parametrize("name", datasets.list_names())
def test_the_reference_implementation_of_the_standard_accepts_every_contract(name: str) -> None:
    pyodcs = pytest.importorskip("pyodcs")
    assert pyodcs.validate(yaml.safe_load(to_yaml(odcs_document(datasets.load(name)))))["diagnostics"] == []


def test_the_document_has_keys_in_order_and_every_column() -> None:
    (schema,) = yaml.safe_load(to_yaml(odcs_document(datasets.load("orders"))))["schema"]
    keys = {item["name"]: item["primaryKeyPosition"] for item in schema["properties"] if item.get("primaryKey")}
    assert keys == {"order_id": 1, "line_no": 2}
    assert [item["name"] for item in schema["properties"]] == [column.name for column in datasets.load("orders").columns]
    assert next(item for item in schema["properties"] if item["name"] == "ordered_qty")["required"] is True


def test_export_writes_one_file_per_data_set(tmp_path: Path) -> None:
    result = invoke("datasets", "export", "--folder", str(tmp_path))
    assert result.exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{name}.odcs.yaml" for name in datasets.list_names()]


def test_an_unknown_data_set_is_refused_with_the_names() -> None:
    result = invoke("datasets", "export", "ordes")
    assert result.exit_code == 1
    assert "there is no data set 'ordes'" in str(result.exception)
    assert "orders" in str(result.exception)


def test_the_example_of_a_data_set_is_a_file_with_a_row() -> None:
    header, row = invoke("datasets", "example", "fx_rates").stdout.splitlines()
    assert header.split(",")[:2] == ["base_currency", "quote_currency"]
    assert len(row.split(",")) == len(header.split(","))


@pytest.mark.parametrize("code", [*QuarantineCode, *WarningCode])
def test_every_code_is_explained_in_the_terminal_and_in_the_documentation(code: QuarantineCode | WarningCode) -> None:
    output = invoke("explain-code", code.value.lower()).stdout
    assert code.cause in output
    assert code.fix in output
    assert f"| `{code.value}` | {code.cause} | {code.fix} |" in PAGE.read_text(encoding="utf-8")


def test_parked_rows_are_named_as_such() -> None:
    assert "(parked)" in invoke("explain-code", "UNKNOWN_SKU").stdout
    assert "(quarantined)" in invoke("explain-code", "TYPE").stdout


def test_a_mistyped_code_is_refused_with_the_nearest() -> None:
    result = invoke("explain-code", "UNKNOWN_SKUS")
    assert result.exit_code == 1
    assert "did you mean UNKNOWN_SKU" in str(result.exception)


def test_the_page_of_codes_is_the_one_that_the_codes_make() -> None:
    assert PAGE.read_text(encoding="utf-8") == quality_codes.page(), "run `python -m tools.documentation`"
