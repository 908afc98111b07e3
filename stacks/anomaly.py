"""Who looks for anomalies: the built-in detector. Its reports stand in the zone `anomalies` of the lake."""

from __future__ import annotations

from aws_cdk.aws_lambda import Function
from constructs import Construct

from cdk.compute.function import FunctionFactory
from cdk.compute.function_spec import FunctionSpec
from cdk.compute.package import KPI
from cdk.settings.model import Settings
from cdk.storage.lake import Lake
from stacks.base import StageStack

DETECTOR = FunctionSpec(
    "anomaly_detector", "Finds what nobody expected in the last week", package=KPI, memory_mib=3008, timeout_s=600, scratch_mib=2048
)
READS = ("features", "forecasts")
WRITES = ("anomalies",)


class AnomalyStack(StageStack):
    """The detector is a step of the run: it needs no service, no endpoint and no training of its own."""

    def __init__(self, scope: Construct, settings: Settings, lake: Lake, functions: FunctionFactory) -> None:
        super().__init__(scope, "Anomaly", settings, "anomaly detection")
        self.detector: Function = functions.make(self, DETECTOR, {"LAKE_BUCKET": lake.bucket.bucket_name})
        assert self.detector.role is not None
        lake.grant_read(self.detector.role, *READS)
        lake.grant_write(self.detector.role, *WRITES)

    @property
    def functions(self) -> dict[str, Function]:
        """Functions by name."""
        return {DETECTOR.name: self.detector}
