"""Amazon Forecast: the emulator lacks it. This extension simulates its API and really imports, forecasts and exports.

Statuses, limits and errors follow the developer guide (API reference; "Guidelines and Quotas"). The model is seasonal naive with quantiles
from its residuals, so exports are computed from imports. It serves HTTP, `aws-sdk:forecast:*` tasks of state machines and the two
CloudFormation types.
"""

from __future__ import annotations

from ministack import app
from ministack.core import router
from ministack.services import stepfunctions

from local.emulator import resource_handlers
from local.emulator.forecast import cloudformation
from local.emulator.forecast.api import ForecastApi
from local.emulator.settings import EmulatorSettings


def install(settings: EmulatorSettings) -> None:
    """Route requests, tasks and resources of Amazon Forecast to the simulation."""
    api = ForecastApi(settings.endpoint)
    router.SERVICE_PATTERNS["forecast"] = {"target_prefixes": ["AmazonForecast"], "host_patterns": [r"forecast\."]}
    app.SERVICE_HANDLERS["forecast"] = api.handle
    stepfunctions._AWS_SDK_SERVICE_MAP["forecast"] = {"target_prefix": "AmazonForecast", "protocol": "json"}
    for resource_type, handler in cloudformation.make_handlers(api).items():
        resource_handlers.register(resource_type, handler)
