"""The built-in anomaly detector. Its reports, pictures and logs of alerts are in the zone `anomalies` of the lake."""

from __future__ import annotations

from aws_cdk.aws_lambda import Function
from constructs import Construct

from cdk.compute.function import FunctionFactory
from cdk.compute.function_specs import ANOMALY_DETECTOR
from cdk.settings.model import Settings
from cdk.storage.lake import Lake
from contracts.environment import Variable
from stacks.base import StageStack


class AnomalyStack(StageStack):
    """The detector is a step of the run: it needs no AWS service, no endpoint and no training of its own."""

    def __init__(self, scope: Construct, settings: Settings, lake: Lake, functions: FunctionFactory) -> None:
        super().__init__(scope, "Anomaly", settings, "anomaly detection")
        self.anomaly_detector: Function = functions.make(
            self,
            ANOMALY_DETECTOR,
            {
                Variable.LAKE_BUCKET: lake.bucket.bucket_name,
                Variable.ANOMALY_FALSE_ALARMS_PER_YEAR: str(settings.anomaly_false_alarms_per_year),
                Variable.ANOMALY_FALSE_DISCOVERY_RATE: str(settings.anomaly_false_discovery_rate),
                Variable.ANOMALY_ALERTS_PER_DAY: str(settings.anomaly_alerts_per_day),
            },
        )
        lake.grant_zones(self.anomaly_detector, reads=ANOMALY_DETECTOR.reads, writes=ANOMALY_DETECTOR.writes)

    @property
    def functions(self) -> dict[str, Function]:
        """The functions by name."""
        return {ANOMALY_DETECTOR.name: self.anomaly_detector}
