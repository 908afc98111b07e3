"""The states that forecast with Amazon Forecast, in place of the built-in forecaster's one.

PrepareForecast (Glue) -> import -> predictor -> forecast -> export -> ReadAccuracy -> LoadForecast (Glue) -> clean up
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from aws_cdk import Duration
from aws_cdk.aws_stepfunctions import CustomState, IChainable
from constructs import Construct

from cdk.workflow.amazon_forecast import DIMENSIONS, FREQUENCY, QUANTILES, AmazonForecast
from cdk.workflow.amazon_forecast_step import BUSY, AmazonForecastStep, ResourceKind, name_of, service_call
from cdk.workflow.failure_path import FailurePath
from cdk.workflow.states import retry
from contracts.paths import AMAZON_FORECAST, Zone, run_prefix

IMPORT = ResourceKind("Import", "Start", "DatasetImportJob", "createDatasetImportJob", parent="Dataset", hours=2)
PREDICTOR = ResourceKind(
    "Predictor", "Train", "Predictor", "createAutoPredictor", parent="DatasetGroup", hours=12, describe="describeAutoPredictor"
)
FORECAST = ResourceKind("Forecast", "Make", "Forecast", "createForecast", parent="Predictor", hours=4)
EXPORT = ResourceKind("Export", "Start", "ForecastExportJob", "createForecastExportJob", parent="Forecast", hours=2)
LONGEST = Duration.hours(sum(kind.hours for kind in (IMPORT, PREDICTOR, FORECAST, EXPORT)))
# Texts of JSONata, with the run's id put together inside.
INPUT = run_prefix(Zone.FEATURES, AMAZON_FORECAST, "' & $run.run_id & '")
OUTPUT = run_prefix(Zone.FORECASTS, AMAZON_FORECAST, "' & $run.run_id & '")
# A day without a row was out of stock: not known, which is something else than zero.
FILLING = {"aggregation": "sum", "frontfill": "none", "middlefill": "nan", "backfill": "nan"}


class AmazonForecastBranch(Construct):
    """From prepared demand to an export in the lake. `first` and `last` are what stands before and after belongs to the run."""

    def __init__(self, scope: Construct, construct_id: str, service: AmazonForecast, failure: FailurePath) -> None:
        super().__init__(scope, construct_id)
        self._service, self._failure = service, failure
        self._name = name_of(service.prefix)
        poll = Duration.seconds(service.poll_seconds)
        stages = [
            AmazonForecastStep(self, kind, self._name, arguments, parent, failure, poll)
            for kind, arguments, parent in (
                (IMPORT, self._import(), service.dataset_arn),
                (PREDICTOR, self._train(), service.group_arn),
                (FORECAST, {"PredictorArn": _held(PREDICTOR), "ForecastTypes": QUANTILES}, _held(PREDICTOR)),
                (EXPORT, self._export(), _held(FORECAST)),
            )
        ]
        self.first: IChainable = stages[0].first
        for stage, following in pairwise(stages):
            stage.then(following.first)
        self.last = self._read_accuracy()
        stages[-1].then(self.last)

    def load_arguments(self) -> dict[str, str]:
        """What the job that loads the export is told."""
        return {
            "--export": "{% $export_name %}",
            "--predictor": _held(PREDICTOR),
            "--accuracy": "{% $string($accuracy) %}",
        }

    def clean_up(self, following: IChainable) -> CustomState:
        """Delete what the run made: the predictor with its forecast and export, and the import; the data set keeps the data.

        A run whose clean-up failed goes on: what stays costs a place among the service's limits, and nothing else depends on it.
        """
        predictor = self._delete("DeletePredictor", _held(PREDICTOR))
        job = self._delete("DeleteImport", _held(IMPORT))
        for state, after in ((predictor, job), (job, following)):
            state.add_catch(after)
            state.next(after)
        return predictor

    def _import(self) -> dict[str, Any]:
        return {
            "DatasetArn": self._service.dataset_arn,
            "DataSource": self._place(f"{{% 's3://{self._service.bucket}/{INPUT}' %}}"),
            "TimestampFormat": "yyyy-MM-dd",
            "ImportMode": "FULL",
        }

    def _train(self) -> dict[str, Any]:
        return {
            "ForecastHorizon": "{% $run.horizon_days %}",
            "ForecastFrequency": FREQUENCY,
            "ForecastTypes": QUANTILES,
            "ForecastDimensions": DIMENSIONS,
            "DataConfig": {
                "DatasetGroupArn": self._service.group_arn,
                "AttributeConfigs": [{"AttributeName": "target_value", "Transformations": FILLING}],
            },
            "EncryptionConfig": {"KmsKeyArn": self._service.key_arn, "RoleArn": self._service.role_arn},
        }

    def _export(self) -> dict[str, Any]:
        name = self._name.removeprefix("{% ").removesuffix(" %}")
        path = f"{{% 's3://{self._service.bucket}/{OUTPUT}export=' & {name} & '/' %}}"
        return {"ForecastArn": _held(FORECAST), "Destination": self._place(path)}

    def _place(self, path: str) -> dict[str, Any]:
        return {"S3Config": {"Path": path, "RoleArn": self._service.role_arn, "KmsKeyArn": self._service.key_arn}}

    def _read_accuracy(self) -> CustomState:
        state = service_call(
            self,
            "ReadAccuracy",
            "getAccuracyMetrics",
            {"PredictorArn": _held(PREDICTOR)},
            Assign={"accuracy": {"PredictorEvaluationResults": "{% $states.result.PredictorEvaluationResults %}"}},
        )
        self._failure.catch("ReadAccuracy", state)
        return state

    def _delete(self, name: str, arn: str) -> CustomState:
        state = service_call(self, name, "deleteResourceTree", {"ResourceArn": arn})
        retry(state, BUSY, attempts=5)
        return state


def _held(kind: ResourceKind) -> str:
    return f"{{% ${kind.variable} %}}"
