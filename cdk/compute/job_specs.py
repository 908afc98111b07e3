"""The Glue jobs of the platform: what distinguishes one from another, each under its own name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class JobSpec:
    """One job. `name` is its file in glue_jobs; reads and writes are the zones of the lake that the job may access."""

    name: str
    description: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    timeout_minutes: int = 60

    @property
    def construct_id(self) -> str:
        """The name in CamelCase."""
        return "".join(word.capitalize() for word in self.name.split("_"))


DATA_CLEANSING = JobSpec(
    "data_cleansing",
    "Types, validates and deduplicates rows",
    reads=("staging",),
    writes=("scratch", "curated", "quarantine", "runs"),
)
FEATURE_ENGINEERING = JobSpec(
    "feature_engineering", "Computes daily demand per site and SKU", reads=("curated", "runs"), writes=("features",)
)
DEMAND_FORECAST = JobSpec(
    "demand_forecast", "Forecasts 28 days of demand", reads=("features",), writes=("forecasts", "runs"), timeout_minutes=120
)
AMAZON_FORECAST_INPUT = JobSpec(
    "amazon_forecast_input", "Prepares the demand of a run for Amazon Forecast", reads=("features", "runs"), writes=("features",)
)
AMAZON_FORECAST_OUTPUT = JobSpec(
    "amazon_forecast_output", "Loads the forecasts that Amazon Forecast exported", reads=("features", "runs"), writes=("forecasts", "runs")
)

BUILTIN_JOBS = (DATA_CLEANSING, FEATURE_ENGINEERING, DEMAND_FORECAST)
AMAZON_FORECAST_JOBS = (AMAZON_FORECAST_INPUT, AMAZON_FORECAST_OUTPUT)
