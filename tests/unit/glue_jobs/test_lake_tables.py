"""The columns of the catalog, compared with what the jobs write: names and types."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from contracts import datasets
from contracts.tables import BACKTEST, DAILY_DEMAND, EXCLUDED, FORECASTS, QUANTILES, Table, curated_table
from forecast_engine.backtest import backtest
from forecast_engine.demand_frame import panel_of
from forecast_engine.exclusions import ExclusionRules, split_panel
from forecast_engine.model import PanelModel
from glue_jobs.forecast_tables import LEVELS, backtest_table, daily_table, excluded_table, quantiles_table
from tests.unit.glue_jobs.conftest import Engine
from tests.unit.glue_jobs.rows import GOOD, stage
from tests.unit.glue_jobs.test_demand_forecast import AS_OF, series

PARTITION = "run_id"
HIVE = {
    pa.string(): "string",
    pa.date32(): "date",
    pa.float64(): "double",
    pa.int32(): "int",
    pa.int64(): "bigint",
    pa.bool_(): "boolean",
    pa.decimal128(14, 3): "decimal(14,3)",
    pa.decimal128(20, 9): "decimal(20,9)",
}


def hive_type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"array<{hive_type(kind.value_type)}>"
    return "timestamp" if pa.types.is_timestamp(kind) else HIVE[kind]


def hive_columns(schema: pa.Schema) -> dict[str, str]:
    """The columns of a file as Athena reads them; what names the partition stands in the path."""
    return {field.name: hive_type(field.type) for field in schema if field.name != PARTITION}


@pytest.mark.parametrize("name", datasets.list_names())
def test_curated_tables_have_the_columns_that_the_cleansing_writes(engine: Engine, name: str) -> None:
    from glue_jobs.transforms.cleansing import curated_columns
    from glue_jobs.transforms.validation import add_verdict

    contract = datasets.load(name)
    verdicts = add_verdict(engine.frame(stage(contract, [GOOD[name]])), contract, date(2026, 11, 5))
    assert hive_columns(engine.schema(curated_columns(verdicts, contract))) == curated_table(contract).hive_columns()


def test_daily_demand_has_the_columns_that_the_features_job_writes(engine: Engine) -> None:
    from glue_jobs.transforms.daily_demand import daily_demand, from_history, with_features

    row = {"site_id": "LDS1", "sku_id": "A", "business_day": date(2026, 11, 1), "quantity": Decimal("1.000"), "stockout_flag": False}
    demand = daily_demand(from_history(engine.frame(pa.Table.from_pylist([row]))), date(2026, 11, 5))
    assert hive_columns(engine.schema(with_features(demand))) == DAILY_DEMAND.hive_columns()


@pytest.fixture(scope="module")
def forecast_schemas() -> dict[str, pa.Schema]:
    import pandas as pd

    rules = ExclusionRules()
    panel = panel_of(pd.concat([series("A", 300, 5.0), series("B", 3, 5.0)]), missing="unknown", last_day=AS_OF)
    forecastable, exclusions = split_panel(panel, rules)
    return {
        "daily": daily_table(PanelModel().forecast(forecastable, 28, LEVELS), "r1").schema,
        "quantiles": quantiles_table(PanelModel().forecast(forecastable, 28, LEVELS)).schema,
        "backtest": backtest_table(backtest(PanelModel(), panel, 28, rules)).schema,
        "excluded": excluded_table(exclusions).schema,
    }


@pytest.mark.parametrize("table", [FORECASTS, QUANTILES, BACKTEST, EXCLUDED], ids=lambda table: table.name)
def test_forecast_tables_have_the_columns_that_the_forecast_job_writes(table: Table, forecast_schemas: dict[str, Any]) -> None:
    assert hive_columns(forecast_schemas[table.dataset]) == table.hive_columns()
