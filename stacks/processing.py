"""What works on the data: functions, Glue jobs, and the pipe that feeds them."""

from __future__ import annotations

from aws_cdk.aws_lambda import Function
from constructs import Construct

from cdk.compute.function import FunctionFactory
from cdk.compute.function_spec import FunctionSpec
from cdk.compute.glue_job import GlueJobs, JobSpec
from cdk.compute.ingestion_queue import IngestionPipe
from cdk.compute.package import KPI
from cdk.settings.model import Settings
from cdk.storage.lake import Lake
from cdk.workflow.steps import Steps
from stacks.base import StageStack

# As much time as Lambda gives, and room for the largest object (MAX_BYTES of the ingestion service), its staged copy and sorting.
RECEIVER = FunctionSpec(
    "data_processor", "Receives what landed in the lake", memory_mib=2048, timeout_s=900, scratch_mib=6144, concurrency=4
)
RUN_FUNCTIONS = (
    FunctionSpec("run_resolver", "Decides what a run works on"),
    FunctionSpec("quality_gate", "Judges the rows of a run"),
    FunctionSpec("run_publisher", "Makes a run the one that readers see", memory_mib=2048, timeout_s=600, scratch_mib=2048),
    FunctionSpec(
        "kpi_calculator", "Measures forecasts against what happened", package=KPI, memory_mib=3008, timeout_s=600, scratch_mib=2048
    ),
    FunctionSpec("run_recorder", "Records how a run ended"),
)
JOBS = (
    JobSpec(
        "data_cleansing", "Types, checks and deduplicates rows", reads=("staging",), writes=("scratch", "curated", "quarantine", "runs")
    ),
    JobSpec("feature_engineering", "Daily demand per site and SKU", reads=("curated", "runs"), writes=("features",)),
    JobSpec("demand_forecast", "Forecasts 28 days of demand", reads=("features",), writes=("forecasts", "runs"), timeout_minutes=120),
)
# The zones of the lake that functions read and write.
READS = {
    "data_processor": ("landing",),
    "quality_gate": ("runs",),
    "run_publisher": ("runs", "forecasts"),
    "kpi_calculator": ("runs", "forecasts", "features"),
    "run_recorder": ("runs",),
}
WRITES = {"data_processor": ("staging",), "run_resolver": ("runs",)}


class ProcessingStack(StageStack):
    """Everything between an object that landed and a forecast, in single steps."""

    def __init__(self, scope: Construct, settings: Settings, lake: Lake, functions: FunctionFactory) -> None:
        super().__init__(scope, "Processing", settings, "ingestion, functions and jobs")
        self._environment = {
            "LAKE_BUCKET": lake.bucket.bucket_name,
            "BAD_ROW_SHARE_LIMIT": str(settings.bad_row_share_limit),
            "RUNS_KEPT": str(settings.runs_kept),
        }
        self.receiver = functions.make(self, RECEIVER, self._environment)
        self.functions = {spec.name: functions.make(self, spec, self._environment) for spec in RUN_FUNCTIONS}
        self._grant_zones(lake)
        self.pipe = IngestionPipe(self, "Ingestion", lake, self.receiver)
        jobs = GlueJobs(self, "Jobs", settings, lake)
        self.jobs = {spec.name: (spec, jobs.make(spec)) for spec in JOBS}

    @property
    def steps(self) -> Steps:
        """What a run calls."""
        return Steps(self.functions, self.jobs)

    @property
    def all_functions(self) -> dict[str, Function]:
        """Functions by name."""
        return {"data_processor": self.receiver, **self.functions}

    def _grant_zones(self, lake: Lake) -> None:
        for name, function in self.all_functions.items():
            assert function.role is not None
            lake.grant_read(function.role, *READS.get(name, ()))
            lake.grant_write(function.role, *WRITES.get(name, ()))
