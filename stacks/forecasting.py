"""Amazon Forecast, where the settings choose it: the data sets, and the jobs that hand demand over and take forecasts back."""

from __future__ import annotations

from aws_cdk import Annotations
from constructs import Construct

from cdk.compute.glue_job import GlueJobs, JobSpec
from cdk.settings.model import FORECAST_CLOSED, Settings
from cdk.storage.lake import Lake
from cdk.workflow.amazon_forecast import ForecastDatasets
from stacks.base import StageStack

JOBS = (
    JobSpec("amazon_forecast_input", "Hands the demand of a run to Amazon Forecast", reads=("features", "runs"), writes=("features",)),
    JobSpec("amazon_forecast_output", "Takes the forecasts of a run back", reads=("features", "runs"), writes=("forecasts", "runs")),
)
WARNING = "signify:amazon-forecast-closed"


class ForecastingStack(StageStack):
    """Synthesised only for forecastBackend=amazon_forecast, with a warning: it deploys only where the service was used before."""

    def __init__(self, scope: Construct, settings: Settings, lake: Lake) -> None:
        super().__init__(scope, "Forecasting", settings, "Amazon Forecast")
        Annotations.of(self).add_warning_v2(WARNING, FORECAST_CLOSED)
        self.datasets = ForecastDatasets(self, "AmazonForecast", settings, lake)
        jobs = GlueJobs(self, "Jobs", settings, lake)
        self.jobs = {spec.name: (spec, jobs.make(spec)) for spec in JOBS}
