"""Amazon Forecast: the shipped emulator does not know it. Ours is a fake of its API that really imports, forecasts and exports.

Statuses, limits and errors are those of the developer guide (API reference; "Guidelines and Quotas"); the model behind is a seasonal naive
one with quantiles from its residuals, so what it exports is computed from what was imported. It answers HTTP, `aws-sdk:forecast:*` tasks of
state machines and CloudFormation's two types.
"""

from __future__ import annotations

from ministack import app
from ministack.core import router
from ministack.services import stepfunctions

from local.emulator import handlers
from local.emulator.forecast import cloudformation
from local.emulator.forecast.api import ForecastApi
from local.emulator.settings import EmulatorSettings


def install(settings: EmulatorSettings) -> None:
    """Let the emulator route requests, tasks and resources of Amazon Forecast here."""
    api = ForecastApi(settings.endpoint)
    router.SERVICE_PATTERNS["forecast"] = {"target_prefixes": ["AmazonForecast"], "host_patterns": [r"forecast\."]}
    app.SERVICE_HANDLERS["forecast"] = api.handle
    stepfunctions._AWS_SDK_SERVICE_MAP["forecast"] = {"target_prefix": "AmazonForecast", "protocol": "json"}
    for resource_type, handler in cloudformation.resource_types(api).items():
        handlers.add(resource_type, handler)
