"""The types of the price table, prices.toml. Prices are US dollars; each section of the table documents its own keys."""

from __future__ import annotations

from typing import TypedDict

Rates = dict[str, float]
"""Prices or quantities by name."""


class AmazonForecastPrices(TypedDict):
    """Published prices of Amazon Forecast. data_point_tiers: pairs of the last data point of a tier and its price per thousand."""

    import_gb: float
    training_hour: float
    forecast_thousand: float
    bytes_per_row: int
    training_hours_per_million_rows: float
    data_point_tiers: list[tuple[int, float]]
    data_points_beyond: float


class RunResources(TypedDict):
    """The resources that one run takes. CPU times are measured, the other figures are estimates."""

    horizon_days: int
    quantiles: int
    history_days: int
    series_per_run: int
    etl_cpu_seconds_per_million_rows: float
    forecast_cpu_seconds_per_thousand: float
    glue_start_seconds: float
    jobs: int
    cores_per_dpu: int
    function_gb_seconds: float
    function_gb_seconds_per_million_rows: float
    transitions: int
    database_minutes: float
    database_acu: float
    database_acu_per_million_rows: float
    logs_mb: float
    measured_by: str


class FreeTypes(TypedDict):
    """Resource types without a price of their own, by the start of their names."""

    prefixes: list[str]


class Prices(TypedDict):
    """The whole table. standing: a month of a resource; idle: data and polls of an idle stage; use: prices by use."""

    date: str
    region: str
    hours_per_month: int
    standing: Rates
    idle: Rates
    use: Rates
    run: RunResources
    amazon_forecast: AmazonForecastPrices
    free: FreeTypes
