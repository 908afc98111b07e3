"""The functions and jobs of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from aws_cdk.aws_glue import PySparkEtlJob
from aws_cdk.aws_lambda import Function

from cdk.workflow.amazon_forecast import AmazonForecast


@dataclass(frozen=True)
class Steps:
    """Targets of the states of a run: functions and jobs by name, and Amazon Forecast if it replaces the built-in forecaster."""

    functions: Mapping[str, Function]
    jobs: Mapping[str, PySparkEtlJob]
    amazon_forecast: AmazonForecast | None = None

    def with_functions(self, functions: Mapping[str, Function]) -> Steps:
        """Return the steps with these functions added."""
        return replace(self, functions={**self.functions, **functions})

    def with_amazon_forecast(self, amazon_forecast: AmazonForecast, jobs: Mapping[str, PySparkEtlJob]) -> Steps:
        """Return the steps with Amazon Forecast and its jobs added."""
        return replace(self, jobs={**self.jobs, **jobs}, amazon_forecast=amazon_forecast)
