"""The states that forecast with Amazon Forecast, instead of the one state of the built-in forecaster.

PrepareForecast (Glue) -> import -> predictor -> forecast -> export -> ReadAccuracy -> LoadForecast (Glue) -> clean up
"""

from __future__ import annotations

from itertools import pairwise

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
MAX_DURATION = Duration.hours(sum(kind.hours for kind in (IMPORT, PREDICTOR, FORECAST, EXPORT)))
# Parts of JSONata strings, into which the id of the run is concatenated.
INPUT_PREFIX = run_prefix(Zone.FEATURES, AMAZON_FORECAST, "' & $run.run_id & '")
OUTPUT_PREFIX = run_prefix(Zone.FORECASTS, AMAZON_FORECAST, "' & $run.run_id & '")
# A day without a row was out of stock: its demand is unknown, not zero.
FILLING = {"aggregation": "sum", "frontfill": "none", "middlefill": "nan", "backfill": "nan"}


class AmazonForecastBranch(Construct):
    """From the prepared demand to an export in the lake. The run enters at `first` and continues after `last`."""

    def __init__(self, scope: Construct, construct_id: str, service: AmazonForecast, failure: FailurePath) -> None:
        super().__init__(scope, construct_id)
        self._service, self._failure = service, failure
        self._name = name_of(service.prefix)
        poll_interval = Duration.seconds(service.poll_seconds)
        steps = [
            AmazonForecastStep(self, kind, self._name, arguments, parent, failure, poll_interval)
            for kind, arguments, parent in (
                (IMPORT, self._import(), service.dataset_arn),
                (PREDICTOR, self._train(), service.group_arn),
                (FORECAST, {"PredictorArn": _arn_of(PREDICTOR), "ForecastTypes": QUANTILES}, _arn_of(PREDICTOR)),
                (EXPORT, self._export(), _arn_of(FORECAST)),
            )
        ]
        self.first: IChainable = steps[0].first
        for step, following in pairwise(steps):
            step.then(following.first)
        self.last = self._read_accuracy()
        steps[-1].then(self.last)

    def load_arguments(self) -> dict[str, str]:
        """Return the arguments of the job that loads the export."""
        return {
            "--export": "{% $export_name %}",
            "--predictor": _arn_of(PREDICTOR),
            "--accuracy": "{% $string($accuracy) %}",
        }

    def clean_up(self, following: IChainable) -> CustomState:
        """Delete the resources of the run: the predictor with its forecast and export, and the import; the data set keeps the data.

        A run continues when this fails: the resources only count towards the quotas of the service.
        """
        predictor = self._delete("DeletePredictor", _arn_of(PREDICTOR))
        job = self._delete("DeleteImport", _arn_of(IMPORT))
        for state, after in ((predictor, job), (job, following)):
            state.add_catch(after)
            state.next(after)
        return predictor

    def _import(self) -> dict[str, object]:
        return {
            "DatasetArn": self._service.dataset_arn,
            "DataSource": self._s3_config(f"{{% 's3://{self._service.bucket}/{INPUT_PREFIX}' %}}"),
            "TimestampFormat": "yyyy-MM-dd",
            "ImportMode": "FULL",
        }

    def _train(self) -> dict[str, object]:
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

    def _export(self) -> dict[str, object]:
        name = self._name.removeprefix("{% ").removesuffix(" %}")
        path = f"{{% 's3://{self._service.bucket}/{OUTPUT_PREFIX}export=' & {name} & '/' %}}"
        return {"ForecastArn": _arn_of(FORECAST), "Destination": self._s3_config(path)}

    def _s3_config(self, path: str) -> dict[str, object]:
        return {"S3Config": {"Path": path, "RoleArn": self._service.role_arn, "KmsKeyArn": self._service.key_arn}}

    def _read_accuracy(self) -> CustomState:
        state = service_call(
            self,
            "ReadAccuracy",
            "getAccuracyMetrics",
            {"PredictorArn": _arn_of(PREDICTOR)},
            Assign={"accuracy": {"PredictorEvaluationResults": "{% $states.result.PredictorEvaluationResults %}"}},
        )
        self._failure.catch("ReadAccuracy", state)
        return state

    def _delete(self, name: str, arn: str) -> CustomState:
        state = service_call(self, name, "deleteResourceTree", {"ResourceArn": arn})
        retry(state, BUSY, attempts=5)
        return state


def _arn_of(kind: ResourceKind) -> str:
    return f"{{% ${kind.variable} %}}"
