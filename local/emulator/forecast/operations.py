"""The operations of the API that create resources, with the checks of the developer guide."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime

from ministack.core.responses import get_account_id, get_region

from local.emulator.forecast.files import read_texts, write_rows
from local.emulator.forecast.resources import CREATING, ApiError, Resource, Resources
from local.emulator.forecast.seasonal import Columns, Training, find_first_and_last_day, forecast, measure_accuracy, sum_by_day
from local.emulator.json_types import JsonObject

Request = JsonObject
MAX_HORIZON = 500
MAX_QUANTILES = 5
DEFAULT_TYPES = ["0.1", "0.5", "0.9"]
ARN_SEGMENTS = {
    "Dataset": "dataset",
    "DatasetGroup": "dataset-group",
    "DatasetImportJob": "dataset-import-job",
    "Predictor": "predictor",
    "Forecast": "forecast",
    "ForecastExportJob": "forecast-export-job",
}
"""The segment of a resource's ARN, by its kind."""


@dataclass(frozen=True)
class Operations:
    """The creating operations on one set of resources; files are in S3 at `endpoint`."""

    resources: Resources
    endpoint: str

    def create_dataset(self, request: Request) -> JsonObject:
        """CreateDataset."""
        name = request["DatasetName"]
        return {"DatasetArn": self.resources.add(Resource(_make_arn("Dataset", name), "Dataset", name, request)).arn}

    def create_dataset_group(self, request: Request) -> JsonObject:
        """CreateDatasetGroup."""
        for dataset in request.get("DatasetArns") or ():
            self.resources.get(dataset, "Dataset")
        name = request["DatasetGroupName"]
        return {"DatasetGroupArn": self.resources.add(Resource(_make_arn("DatasetGroup", name), "DatasetGroup", name, request)).arn}

    def create_import_job(self, request: Request) -> JsonObject:
        """CreateDatasetImportJob, in ImportMode FULL (the default): it replaces what was imported before."""
        dataset = self.resources.get_active(request["DatasetArn"], "Dataset")
        columns = Columns(tuple(attribute["AttributeName"] for attribute in dataset.request["Schema"]["Attributes"]))
        name, path = request["DatasetImportJobName"], request["DataSource"]["S3Config"]["Path"]

        def import_series() -> None:
            dataset.series = sum_by_day(row for text in read_texts(path, self.endpoint) for row in columns.parse(text))

        job = Resource(_make_arn("DatasetImportJob", f"{dataset.name}/{name}"), "DatasetImportJob", name, request, (dataset.arn,))
        return {"DatasetImportJobArn": self.resources.add(job, import_series).arn}

    def create_predictor(self, request: Request) -> JsonObject:
        """CreateAutoPredictor."""
        types, horizon = _parse_forecast_types(request), int(request["ForecastHorizon"])
        dataset = self._find_target(request["DataConfig"]["DatasetGroupArn"])
        if any(job.status in CREATING for job in self.resources.iterate("DatasetImportJob") if dataset.arn in job.parents):
            raise ApiError("ResourceInUseException", f"{dataset.arn} has an import job that is still running")
        if not dataset.series:
            raise ApiError("InvalidInputException", f"{dataset.arn} has no data; create a dataset import job first")
        series = dataset.series
        first_day, last_day = find_first_and_last_day(series)
        max_horizon = min(MAX_HORIZON, ((last_day - first_day).days + 1) // 4)
        if not 1 <= horizon <= max_horizon:
            raise ApiError("InvalidInputException", f"ForecastHorizon is {horizon}; with this history it is at most {max_horizon}")
        name = request["PredictorName"]
        arn = _make_arn("Predictor", f"{name}_{uuid.uuid4().hex[:26].upper()}")
        predictor = Resource(arn, "Predictor", name, {**request, "ForecastTypes": types})

        def train() -> None:
            predictor.training = Training(series, last_day, measure_accuracy(series, last_day, horizon, _are_gaps_zero(request)))

        return {"PredictorArn": self.resources.add(predictor, train).arn}

    def create_forecast(self, request: Request) -> JsonObject:
        """CreateForecast."""
        predictor = self.resources.get_active(request["PredictorArn"], "Predictor")
        types = _parse_forecast_types({"ForecastTypes": request.get("ForecastTypes") or predictor.request["ForecastTypes"]})
        training = require_training(predictor)
        levels, horizon = [float(level) for level in types], int(predictor.request["ForecastHorizon"])
        name = request["ForecastName"]
        resource = Resource(_make_arn("Forecast", name), "Forecast", name, {**request, "ForecastTypes": types}, (predictor.arn,))

        def make_forecast() -> None:
            series, last_day = training.series, training.last_day
            resource.quantiles = {key: list(forecast(days, last_day, horizon, levels)) for key, days in series.items()}

        return {"ForecastArn": self.resources.add(resource, make_forecast).arn}

    def create_export_job(self, request: Request) -> JsonObject:
        """CreateForecastExportJob; it writes two files, since readers must not rely on one."""
        source = self.resources.get_active(request["ForecastArn"], "Forecast")
        quantiles = source.quantiles or {}
        name, path = request["ForecastExportJobName"], request["Destination"]["S3Config"]["Path"]
        dimensions = self.resources.get(source.parents[0]).request.get("ForecastDimensions") or []
        header = ["item_id", *dimensions, "date", *(f"p{round(100 * float(level))}" for level in source.request["ForecastTypes"])]

        def export() -> None:
            rows = [[*key, f"{day}T00:00:00Z", *values] for key, days in quantiles.items() for day, values in days]
            at = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
            half = len(rows) // 2
            for part, part_rows in enumerate((rows[:half], rows[half:])):
                write_rows(f"{path.rstrip('/')}/{name}_{at}_part{part}.csv", [header, *part_rows], self.endpoint)

        job = Resource(_make_arn("ForecastExportJob", f"{source.name}/{name}"), "ForecastExportJob", name, request, (source.arn,))
        return {"ForecastExportJobArn": self.resources.add(job, export).arn}

    def get_accuracy(self, request: Request) -> JsonObject:
        """GetAccuracyMetrics: one test window, the last."""
        training = require_training(self.resources.get_active(request["PredictorArn"], "Predictor"))
        window = {
            "TestWindowStart": _to_timestamp(training.accuracy.first_day),
            "TestWindowEnd": _to_timestamp(training.last_day),
            "ItemCount": training.accuracy.points,
            "EvaluationType": "COMPUTED",
            "Metrics": {"ErrorMetrics": [{"ForecastType": "0.5", "WAPE": training.accuracy.wape}]},
        }
        return {"PredictorEvaluationResults": [{"TestWindows": [window]}], "IsAutoPredictor": True}

    def _find_target(self, group_arn: str) -> Resource:
        """Return the target time series of a dataset group."""
        group = self.resources.get_active(group_arn, "DatasetGroup")
        for arn in group.request.get("DatasetArns") or ():
            dataset = self.resources.get_active(arn, "Dataset")
            if dataset.request["DatasetType"] == "TARGET_TIME_SERIES":
                return dataset
        raise ApiError("InvalidInputException", f"{group_arn} has no dataset of type TARGET_TIME_SERIES")


def require_training(predictor: Resource) -> Training:
    """Return the training of an ACTIVE predictor. Raises ApiError when it has none."""
    if predictor.training is None:
        raise ApiError("ResourceInUseException", f"{predictor.arn} is not trained")
    return predictor.training


def _parse_forecast_types(request: Request) -> list[str]:
    types = list(request.get("ForecastTypes") or DEFAULT_TYPES)
    if len(types) > MAX_QUANTILES:
        raise ApiError("InvalidInputException", f"ForecastTypes has {len(types)} quantiles; {MAX_QUANTILES} are allowed")
    if any(not 0.01 <= float(level) <= 0.99 for level in types):
        raise ApiError("InvalidInputException", f"ForecastTypes {types}: this simulation supports quantiles from 0.01 to 0.99")
    return types


def _are_gaps_zero(request: Request) -> bool:
    """Return whether series with gaps count in the accuracy: when the target's middlefill is zero, the default."""
    configs = request["DataConfig"].get("AttributeConfigs") or ()
    return all(config["Transformations"].get("middlefill", "zero") == "zero" for config in configs)


def _make_arn(kind: str, name: str) -> str:
    return f"arn:aws:forecast:{get_region()}:{get_account_id()}:{ARN_SEGMENTS[kind]}/{name}"


def _to_timestamp(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
