"""The two CloudFormation types of Amazon Forecast, created through the same operations."""

from __future__ import annotations

from collections.abc import Callable

from local.emulator.forecast.api import ForecastApi
from local.emulator.forecast.resources import ApiError, Resources
from local.emulator.json_types import JsonObject
from local.emulator.resource_handlers import CreateResult, Handler, Properties


def make_handlers(api: ForecastApi) -> dict[str, Handler]:
    """Return the handlers of both types; Ref and the attribute `Arn` are the ARN. An update keeps what was imported."""
    return {
        "AWS::Forecast::Dataset": _make_handler(api.resources, api.operations.create_dataset, "DatasetArn"),
        "AWS::Forecast::DatasetGroup": _make_handler(api.resources, api.operations.create_dataset_group, "DatasetGroupArn"),
    }


def _make_handler(resources: Resources, operation: Callable[[JsonObject], JsonObject], arn_key: str) -> Handler:
    def create(logical_id: str, properties: Properties, stack: str) -> CreateResult:
        try:
            arn = str(operation(properties)[arn_key])
        except ApiError as error:
            raise ValueError(f"{logical_id}: {error.code}: {error}") from error
        return arn, {"Arn": arn, arn_key: arn}

    def update(arn: str, old: Properties, new: Properties, *rest: object) -> CreateResult:
        resources.get(arn).request = dict(new)
        return arn, {"Arn": arn, arn_key: arn}

    def delete(arn: str, properties: Properties) -> None:
        resources.delete(arn, tree=True, at_once=True)

    return {"create": create, "update": update, "delete": delete}
