"""The output tables of the lake. What the jobs write is compared with them in tests/unit/glue_jobs/test_lake_tables.py."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest

from contracts.tables import ANOMALY_GROUPS, BACKTEST, EXCLUDED, FORECASTS, Column, Table, Type, all_tables

TABLES = list(all_tables())


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_column_stands_once_and_says_what_it_means(table: Table) -> None:
    assert len(set(table.column_names)) == len(table.columns)
    assert all(column.description and not column.description.endswith(" ") for column in table.columns)


def test_one_name_means_the_same_in_all_tables_of_a_zone() -> None:
    columns: dict[tuple[str, str], Column] = {}
    for table in TABLES:
        if table.zone == FORECASTS.zone:
            for column in table.columns:
                assert columns.setdefault((table.zone, column.name), column) == column


@pytest.mark.parametrize("kind", [kind for kind in Type if kind.arrow], ids=lambda kind: kind.name)
def test_the_names_of_a_type_in_arrow_and_duckdb_are_the_same_type(kind: Type) -> None:
    with duckdb.connect() as database:
        empty = database.sql(f"select cast(null as {kind.duckdb}) as value where false").to_arrow_table()
    assert empty.schema.field("value").type == pa.type_for_alias(kind.arrow)


def test_a_table_without_lists_has_an_arrow_schema() -> None:
    assert EXCLUDED.arrow_columns() == {"site_id": "string", "sku_id": "string", "code": "string", "reason": "string"}
    with pytest.raises(TypeError, match="anomalies_groups: Arrow has no alias for the types of site_ids, sku_ids, known_events"):
        ANOMALY_GROUPS.arrow_columns()


def test_quantities_of_forecasts_have_a_unit() -> None:
    quantities = [column for table in (FORECASTS, BACKTEST) for column in table.columns if column.type is Type.NUMBER]
    assert {column.name for column in quantities if not column.unit} == {"interval_level"}
