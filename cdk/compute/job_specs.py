"""The Glue jobs of the platform: what distinguishes one from another, each under its own name."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.paths import Zone


@dataclass(frozen=True)
class JobSpec:
    """One job. `name` is its file in glue_jobs; reads and writes are the zones of the lake that the job may access."""

    name: str
    description: str
    reads: tuple[Zone, ...]
    writes: tuple[Zone, ...]
    timeout_minutes: int = 60

    @property
    def construct_id(self) -> str:
        """The name in CamelCase."""
        return "".join(word.capitalize() for word in self.name.split("_"))


DATA_CLEANSING = JobSpec(
    "data_cleansing",
    "Types, validates and deduplicates rows",
    reads=(Zone.STAGING,),
    writes=(Zone.SCRATCH, Zone.CURATED, Zone.QUARANTINE, Zone.RUNS),
)
FEATURE_ENGINEERING = JobSpec(
    "feature_engineering", "Computes daily demand per site and SKU", reads=(Zone.CURATED, Zone.RUNS), writes=(Zone.FEATURES,)
)
DEMAND_FORECAST = JobSpec(
    "demand_forecast", "Forecasts 28 days of demand", reads=(Zone.FEATURES,), writes=(Zone.FORECASTS, Zone.RUNS), timeout_minutes=120
)
AMAZON_FORECAST_INPUT = JobSpec(
    "amazon_forecast_input", "Prepares the demand of a run for Amazon Forecast", reads=(Zone.FEATURES, Zone.RUNS), writes=(Zone.FEATURES,)
)
AMAZON_FORECAST_OUTPUT = JobSpec(
    "amazon_forecast_output",
    "Loads the forecasts that Amazon Forecast exported",
    reads=(Zone.FEATURES, Zone.RUNS),
    writes=(Zone.FORECASTS, Zone.RUNS),
)

BUILTIN_JOBS = (DATA_CLEANSING, FEATURE_ENGINEERING, DEMAND_FORECAST)
AMAZON_FORECAST_JOBS = (AMAZON_FORECAST_INPUT, AMAZON_FORECAST_OUTPUT)
