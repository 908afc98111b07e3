"""What a run is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from aws_cdk.aws_glue import PySparkEtlJob
from aws_cdk.aws_lambda import Function

from cdk.compute.glue_job import JobSpec
from cdk.workflow.amazon_forecast import AmazonForecast


@dataclass(frozen=True)
class Steps:
    """What the states call: functions by name, jobs by name with their specs."""

    functions: Mapping[str, Function]
    jobs: Mapping[str, tuple[JobSpec, PySparkEtlJob]]
    amazon: AmazonForecast | None = None
    """Amazon Forecast, where it forecasts instead of the built-in forecaster."""

    def with_functions(self, functions: Mapping[str, Function]) -> Steps:
        """The same and these functions."""
        return replace(self, functions={**self.functions, **functions})

    def forecasting_with(self, amazon: AmazonForecast, jobs: Mapping[str, tuple[JobSpec, PySparkEtlJob]]) -> Steps:
        """The same, with Amazon Forecast and the jobs around it."""
        return replace(self, jobs={**self.jobs, **jobs}, amazon=amazon)
