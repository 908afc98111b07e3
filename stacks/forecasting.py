"""Amazon Forecast, if the settings select it: its data sets, and the jobs that exchange data with it."""

from __future__ import annotations

from aws_cdk import Annotations
from constructs import Construct

from cdk.compute.glue_job import GlueJobs
from cdk.compute.job_specs import AMAZON_FORECAST_JOBS
from cdk.settings.model import FORECAST_CLOSED, Settings
from cdk.storage.lake import Lake
from cdk.workflow.amazon_forecast import ForecastDatasets
from stacks.base import StageStack

WARNING = "signify:amazon-forecast-closed"


class ForecastingStack(StageStack):
    """Synthesized only for forecastBackend=amazon_forecast, with a warning: it deploys only to accounts that used the service before."""

    def __init__(self, scope: Construct, settings: Settings, lake: Lake) -> None:
        super().__init__(scope, "Forecasting", settings, "Amazon Forecast")
        Annotations.of(self).add_warning_v2(WARNING, FORECAST_CLOSED)
        self.datasets = ForecastDatasets(self, "AmazonForecast", settings, lake)
        jobs = GlueJobs(self, "Jobs", settings, lake)
        self.jobs = {spec.name: jobs.make(spec) for spec in AMAZON_FORECAST_JOBS}
