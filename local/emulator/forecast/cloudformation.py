"""CloudFormation's two types of Amazon Forecast, made through the same API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local.emulator import handlers
from local.emulator.forecast.api import ForecastApi
from local.emulator.forecast.resources import Refused


def resource_types(api: ForecastApi) -> dict[str, handlers.Handler]:
    """The handlers of both types; Ref and the attribute `Arn` are the ARN. An update keeps what was imported."""
    return {
        "AWS::Forecast::Dataset": _handler(api, api.create_dataset, "DatasetArn"),
        "AWS::Forecast::DatasetGroup": _handler(api, api.create_dataset_group, "DatasetGroupArn"),
    }


def _handler(api: ForecastApi, create: Callable[[dict[str, Any]], dict[str, Any]], answer: str) -> handlers.Handler:
    def made(logical_id: str, properties: handlers.Properties, stack: str) -> handlers.Created:
        try:
            arn = str(create(properties)[answer])
        except Refused as refused:
            raise ValueError(f"{logical_id}: {refused.code}: {refused}") from refused
        return arn, {"Arn": arn, answer: arn}

    def updated(arn: str, old: handlers.Properties, new: handlers.Properties, *rest: Any) -> handlers.Created:
        api.resources.get(arn).request = dict(new)
        return arn, {"Arn": arn, answer: arn}

    def deleted(arn: str, properties: handlers.Properties) -> None:
        api.resources.delete(arn, tree=True, at_once=True)

    return {"create": made, "update": updated, "delete": deleted}
