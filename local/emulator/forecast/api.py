"""The API over HTTP (JSON 1.1): dispatches requests, and describes, lists, stops and deletes resources."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

from ministack.core.responses import error_response_json, json_response

from local.emulator.forecast.operations import ARN_SEGMENTS, Operations
from local.emulator.forecast.resources import ApiError, Resource, Resources
from local.emulator.json_types import JsonObject

Request = JsonObject


class ForecastApi:
    """One simulated service with its resources."""

    def __init__(self, endpoint: str) -> None:
        self.resources = Resources()
        self.operations = Operations(self.resources, endpoint)
        self._by_name: dict[str, Callable[[Request], JsonObject]] = {
            "CreateDataset": self.operations.create_dataset,
            "CreateDatasetGroup": self.operations.create_dataset_group,
            "CreateDatasetImportJob": self.operations.create_import_job,
            "CreateAutoPredictor": self.operations.create_predictor,
            "CreateForecast": self.operations.create_forecast,
            "CreateForecastExportJob": self.operations.create_export_job,
            "GetAccuracyMetrics": self.operations.get_accuracy,
            "DescribeAutoPredictor": partial(self._describe, "Predictor"),
            "DeleteResourceTree": self._delete_tree,
            "StopResource": self._stop,
        }
        for kind in ARN_SEGMENTS:
            self._by_name[f"Describe{kind}"] = partial(self._describe, kind)
            self._by_name[f"List{kind}s"] = partial(self._list, kind)
            self._by_name[f"Delete{kind}"] = partial(self._delete, kind)

    async def handle(self, method: str, path: str, headers: dict[str, str], body: bytes, query: JsonObject) -> object:
        """Handle one request as the emulator passes it on; returns the emulator's response."""
        return self.call(headers.get("x-amz-target", "").split(".")[-1], json.loads(body or b"{}"))

    def call(self, name: str, request: Request) -> object:
        """Call an operation by name; an error becomes an error response."""
        response: object
        if name not in self._by_name:
            response = error_response_json("UnknownOperationException", f"the simulation of Amazon Forecast has no {name}", 400)
            return response
        try:
            response = json_response(self._by_name[name](request))
        except ApiError as error:
            response = error_response_json(error.code, str(error), 400)
        except KeyError as error:
            response = error_response_json("ValidationException", f"{name}: {error.args[0]} is required", 400)
        return response

    def _describe(self, kind: str, request: Request) -> JsonObject:
        resource = self.resources.get(request[f"{kind}Arn"], kind)
        message = {"Message": resource.message} if resource.message else {}
        return {**resource.request, **_summarise(resource), **message}

    def _list(self, kind: str, request: Request) -> JsonObject:
        resources = [
            resource
            for resource in self.resources.iterate(kind)
            if all(_matches(resource, condition) for condition in request.get("Filters") or ())
        ]
        start, limit = int(request.get("NextToken") or 0), int(request.get("MaxResults") or 100)
        token = {"NextToken": str(start + limit)} if start + limit < len(resources) else {}
        return {f"{kind}s": [_summarise(resource) for resource in resources[start : start + limit]], **token}

    def _delete(self, kind: str, request: Request) -> JsonObject:
        self.resources.delete(request[f"{kind}Arn"])
        return {}

    def _delete_tree(self, request: Request) -> JsonObject:
        self.resources.delete(request["ResourceArn"], tree=True)
        return {}

    def _stop(self, request: Request) -> JsonObject:
        self.resources.stop(request["ResourceArn"])
        return {}


def _summarise(resource: Resource) -> JsonObject:
    return {
        # These two names contain the kind: PredictorArn, PredictorName.
        f"{resource.kind}Arn": resource.arn,
        f"{resource.kind}Name": resource.name,
        "Status": resource.status,
        "CreationTime": resource.created_at,
        "LastModificationTime": resource.created_at,
    }


def _matches(resource: Resource, condition: JsonObject) -> bool:
    """Return whether a resource passes one filter: the condition is IS or IS_NOT."""
    group = resource.request.get("DataConfig", {}).get("DatasetGroupArn", "")
    values = (resource.status,) if condition["Key"] == "Status" else (*resource.parents, group)
    return bool(condition["Value"] in values) == bool(condition["Condition"] == "IS")
