"""The operations of the API that the workflow uses, over HTTP (JSON 1.1)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import boto3
from ministack.core.responses import error_response_json, get_account_id, get_region, json_response

from local.emulator.forecast.resources import CREATING, Refused, Resource, Resources
from local.emulator.forecast.seasonal import Columns, Unusable, forecast, gathered, span, wape

Request = dict[str, Any]
LONGEST_HORIZON = 500
MOST_QUANTILES = 5
DEFAULT_TYPES = ["0.1", "0.5", "0.9"]
KINDS = {  # by the stem of the operation's name: the segment of the ARN, and the key of a list
    "Dataset": ("dataset", "Datasets"),
    "DatasetGroup": ("dataset-group", "DatasetGroups"),
    "DatasetImportJob": ("dataset-import-job", "DatasetImportJobs"),
    "Predictor": ("predictor", "Predictors"),
    "Forecast": ("forecast", "Forecasts"),
    "ForecastExportJob": ("forecast-export-job", "ForecastExportJobs"),
}


class ForecastApi:
    """One fake service with its resources."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self.resources = Resources()
        self._operations: dict[str, Callable[[Request], dict[str, Any]]] = {
            "CreateDataset": self.create_dataset,
            "CreateDatasetGroup": self.create_dataset_group,
            "CreateDatasetImportJob": self._import,
            "CreateAutoPredictor": self._train,
            "CreateForecast": self._forecast,
            "CreateForecastExportJob": self._export,
            "GetAccuracyMetrics": self._accuracy,
            "DescribeAutoPredictor": partial(self._describe, "Predictor"),
            "DeleteResourceTree": self._delete_tree,
            "StopResource": self._stop,
        }
        for stem, (_, listed) in KINDS.items():
            self._operations[f"Describe{stem}"] = partial(self._describe, stem)
            self._operations[f"List{listed}"] = partial(self._list, stem)
            self._operations[f"Delete{stem}"] = partial(self._delete, stem)

    async def handle(self, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> Any:  # noqa: ANN401
        """Answer one request as the emulator passes it on."""
        name = headers.get("x-amz-target", "").split(".")[-1]
        operation = self._operations.get(name)
        if operation is None:
            return error_response_json("UnknownOperationException", f"the fake of Amazon Forecast has no {name}", 400)
        try:
            return json_response(operation(json.loads(body or b"{}")))
        except Refused as refused:
            return error_response_json(refused.code, str(refused), 400)
        except KeyError as missing:
            return error_response_json("ValidationException", f"{name}: {missing.args[0]} is required", 400)

    def create_dataset(self, request: Request) -> dict[str, Any]:
        """CreateDataset."""
        resource = Resource(_arn("Dataset", request["DatasetName"]), "Dataset", request["DatasetName"], request)
        return {"DatasetArn": self.resources.add(resource).arn}

    def create_dataset_group(self, request: Request) -> dict[str, Any]:
        """CreateDatasetGroup."""
        for dataset in request.get("DatasetArns") or ():
            self.resources.get(dataset, "Dataset")
        resource = Resource(_arn("DatasetGroup", request["DatasetGroupName"]), "DatasetGroup", request["DatasetGroupName"], request)
        return {"DatasetGroupArn": self.resources.add(resource).arn}

    def _import(self, request: Request) -> dict[str, Any]:
        dataset = self.resources.active(request["DatasetArn"], "Dataset")
        columns = Columns(tuple(each["AttributeName"] for each in dataset.request["Schema"]["Attributes"]))
        name = request["DatasetImportJobName"]
        arn = _arn("DatasetImportJob", f"{dataset.name}/{name}")
        path = request["DataSource"]["S3Config"]["Path"]

        def work() -> None:
            # ImportMode FULL, the default: what was imported before is replaced.
            dataset.made = gathered(row for text in self._texts(path) for row in columns.read(text))

        return {"DatasetImportJobArn": self.resources.add(Resource(arn, "DatasetImportJob", name, request, (dataset.arn,)), work).arn}

    def _train(self, request: Request) -> dict[str, Any]:
        types, horizon = _forecast_types(request), int(request["ForecastHorizon"])
        dataset = self._target(request["DataConfig"]["DatasetGroupArn"])
        if any(job.status in CREATING for job in self.resources.of_kind("DatasetImportJob") if dataset.arn in job.parents):
            raise Refused("ResourceInUseException", f"{dataset.arn} has an import job that is still running")
        if not dataset.made:
            raise Refused("InvalidInputException", f"{dataset.arn} has no data; create a dataset import job first")
        first, last = span(dataset.made)
        most = min(LONGEST_HORIZON, ((last - first).days + 1) // 4)
        if not 1 <= horizon <= most:
            raise Refused("InvalidInputException", f"ForecastHorizon is {horizon}; with this history it is at most {most}")
        series, name = dataset.made, request["PredictorName"]
        predictor = Resource(
            _arn("Predictor", f"{name}_{uuid.uuid4().hex[:26].upper()}"), "Predictor", name, {**request, "ForecastTypes": types}
        )
        self.resources.add(predictor, lambda: (series, last, wape(series, last, horizon, _gaps_are_zero(request))))
        return {"PredictorArn": predictor.arn}

    def _target(self, group_arn: str) -> Resource:
        """The target time series of a group."""
        group = self.resources.active(group_arn, "DatasetGroup")
        for arn in group.request.get("DatasetArns") or ():
            dataset = self.resources.active(arn, "Dataset")
            if dataset.request["DatasetType"] == "TARGET_TIME_SERIES":
                return dataset
        raise Refused("InvalidInputException", f"{group_arn} has no dataset of type TARGET_TIME_SERIES")

    def _forecast(self, request: Request) -> dict[str, Any]:
        predictor = self.resources.active(request["PredictorArn"], "Predictor")
        types = _forecast_types({"ForecastTypes": request.get("ForecastTypes") or predictor.request["ForecastTypes"]})
        series, last, _ = predictor.made
        levels, horizon = [float(level) for level in types], int(predictor.request["ForecastHorizon"])
        resource = Resource(
            _arn("Forecast", request["ForecastName"]),
            "Forecast",
            request["ForecastName"],
            {**request, "ForecastTypes": types},
            (predictor.arn,),
        )
        work = lambda: {key: list(forecast(days, last, horizon, levels)) for key, days in series.items()}  # noqa: E731 - one expression
        return {"ForecastArn": self.resources.add(resource, work).arn}

    def _export(self, request: Request) -> dict[str, Any]:
        made = self.resources.active(request["ForecastArn"], "Forecast")
        predictor = self.resources.get(made.parents[0])
        name, path = request["ForecastExportJobName"], request["Destination"]["S3Config"]["Path"]
        dimensions = predictor.request.get("ForecastDimensions") or []
        header = ["item_id", *dimensions, "date", *(f"p{round(100 * float(level))}" for level in made.request["ForecastTypes"])]

        def work() -> None:
            rows = [[*key, f"{day}T00:00:00Z", *values] for key, days in made.made.items() for day, values in days]
            at = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
            half = len(rows) // 2  # two files, since readers must not count on one
            for part, some in enumerate((rows[:half], rows[half:])):
                self._write(f"{path.rstrip('/')}/{name}_{at}_part{part}.csv", [header, *some])

        arn = _arn("ForecastExportJob", f"{made.name}/{name}")
        return {"ForecastExportJobArn": self.resources.add(Resource(arn, "ForecastExportJob", name, request, (made.arn,)), work).arn}

    def _accuracy(self, request: Request) -> dict[str, Any]:
        predictor = self.resources.active(request["PredictorArn"], "Predictor")
        _, last, (first, error, points) = predictor.made
        window = {
            "TestWindowStart": _instant(first),
            "TestWindowEnd": _instant(last),
            "ItemCount": points,
            "EvaluationType": "COMPUTED",
            "Metrics": {"ErrorMetrics": [{"ForecastType": "0.5", "WAPE": error}]},
        }
        return {"PredictorEvaluationResults": [{"TestWindows": [window]}], "IsAutoPredictor": True}

    def _describe(self, stem: str, request: Request) -> dict[str, Any]:
        resource = self.resources.get(request[f"{stem}Arn"], stem)
        message = {"Message": resource.message} if resource.message else {}
        return {**resource.request, **_summary(resource), **message}

    def _list(self, stem: str, request: Request) -> dict[str, Any]:
        found = list(self.resources.of_kind(stem))
        for told in request.get("Filters") or ():
            wanted = told["Condition"] == "IS"
            found = [each for each in found if (told["Value"] in _filterable(each, told["Key"])) == wanted]
        start, most = int(request.get("NextToken") or 0), int(request.get("MaxResults") or 100)
        token = {"NextToken": str(start + most)} if start + most < len(found) else {}
        return {KINDS[stem][1]: [_summary(each) for each in found[start : start + most]], **token}

    def _delete(self, stem: str, request: Request) -> dict[str, Any]:
        self.resources.delete(request[f"{stem}Arn"])
        return {}

    def _delete_tree(self, request: Request) -> dict[str, Any]:
        self.resources.delete(request["ResourceArn"], tree=True)
        return {}

    def _stop(self, request: Request) -> dict[str, Any]:
        self.resources.stop(request["ResourceArn"])
        return {}

    def _texts(self, path: str) -> Iterable[str]:
        place = urlsplit(path)
        s3 = boto3.client("s3", endpoint_url=self._endpoint)
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=place.netloc, Prefix=place.path.lstrip("/"))
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        if not keys:
            raise Unusable(f"{path} holds no file")
        for key in keys:
            yield s3.get_object(Bucket=place.netloc, Key=key)["Body"].read().decode()

    def _write(self, path: str, rows: list[list[Any]]) -> None:
        place = urlsplit(path)
        text = "".join(",".join(map(str, row)) + "\n" for row in rows)
        boto3.client("s3", endpoint_url=self._endpoint).put_object(Bucket=place.netloc, Key=place.path.lstrip("/"), Body=text.encode())


def _forecast_types(request: Request) -> list[str]:
    types = list(request.get("ForecastTypes") or DEFAULT_TYPES)
    if len(types) > MOST_QUANTILES:
        raise Refused("InvalidInputException", f"ForecastTypes has {len(types)} quantiles; {MOST_QUANTILES} are allowed")
    if any(not 0.01 <= float(level) <= 0.99 for level in types):
        raise Refused("InvalidInputException", f"ForecastTypes {types}: this fake knows quantiles from 0.01 to 0.99")
    return types


def _gaps_are_zero(request: Request) -> bool:
    """Whether the items with gaps count in the accuracy: by the filling of the target, zero unless it says something else."""
    configs = request["DataConfig"].get("AttributeConfigs") or ()
    return all(config["Transformations"].get("middlefill", "zero") == "zero" for config in configs)


def _summary(resource: Resource) -> dict[str, Any]:
    # The names of a resource's own members carry its kind: PredictorArn, PredictorName.
    told = {f"{resource.kind}Arn": resource.arn, f"{resource.kind}Name": resource.name}
    return {**told, "Status": resource.status, "CreationTime": resource.created, "LastModificationTime": resource.created}


def _filterable(resource: Resource, key: str) -> tuple[str, ...]:
    if key == "Status":
        return (resource.status,)
    group = resource.request.get("DataConfig", {}).get("DatasetGroupArn", "")
    return (*resource.parents, group)


def _arn(stem: str, name: str) -> str:
    return f"arn:aws:forecast:{get_region()}:{get_account_id()}:{KINDS[stem][0]}/{name}"


def _instant(day: Any) -> float:  # noqa: ANN401 - a date
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
