"""The functions and Glue jobs that process data, and the queue that delivers it."""

from __future__ import annotations

import json

from aws_cdk import CfnOutput
from aws_cdk.aws_lambda import Function
from constructs import Construct

from cdk.compute.function import FunctionFactory
from cdk.compute.function_specs import (
    DATA_PROCESSOR,
    DATA_RETENTION,
    DATABASE_REBUILDER,
    INSIGHT_BUILDER,
    KPI_CALCULATOR,
    LOGISTICS_CALCULATOR,
    OBJECT_WITHDRAWER,
    QUALITY_GATE,
    RUN_PUBLISHER,
    RUN_RECORDER,
    RUN_RESOLVER,
)
from cdk.compute.glue_job import GlueJobs
from cdk.compute.ingestion_queue import IngestionQueue
from cdk.compute.job_specs import BUILTIN_JOBS
from cdk.settings.model import Settings
from cdk.storage.lake import Lake
from cdk.workflow.nightly_retention import NightlyRetention
from cdk.workflow.steps import Steps
from contracts.environment import Variable
from stacks.base import StageStack

RUN_FUNCTIONS = (RUN_RESOLVER, QUALITY_GATE, RUN_PUBLISHER, KPI_CALCULATOR, LOGISTICS_CALCULATOR, INSIGHT_BUILDER, RUN_RECORDER)


class ProcessingStack(StageStack):
    """Ingestion, the single steps from staged rows to a published forecast, and the rebuild of the database."""

    def __init__(self, scope: Construct, settings: Settings, lake: Lake, functions: FunctionFactory) -> None:
        super().__init__(scope, "Processing", settings, "ingestion, functions and jobs")
        environment = {
            Variable.LAKE_BUCKET: lake.bucket.bucket_name,
            Variable.BAD_ROW_SHARE_LIMIT: str(settings.bad_row_share_limit),
            Variable.QUALITY_LIMITS: json.dumps(settings.quality_limits),
            Variable.RUNS_KEPT: str(settings.runs_kept),
            Variable.COST_BASELINE: settings.cost_baseline,
        }
        self.functions: dict[str, Function] = {}
        for spec in (DATA_PROCESSOR, OBJECT_WITHDRAWER, *RUN_FUNCTIONS, DATABASE_REBUILDER):
            self.functions[spec.name] = functions.make(self, spec, environment)
            lake.grant_zones(self.functions[spec.name], reads=spec.reads, writes=spec.writes, erases=spec.erases)
        withdrawer = self.functions[OBJECT_WITHDRAWER.name].function_name
        CfnOutput(self, "ObjectWithdrawerName", value=withdrawer, description="Function that `signify withdraw` calls")
        builder = self.functions[INSIGHT_BUILDER.name].function_name
        CfnOutput(self, "InsightBuilderName", value=builder, description="Function that `signify explain --reproduce` calls")
        self.retention = NightlyRetention(self, "Retention", settings, functions)
        self.functions[DATA_RETENTION.name] = self.retention.function
        self.ingestion = IngestionQueue(self, "Ingestion", lake, self.functions[DATA_PROCESSOR.name])
        jobs = GlueJobs(self, "Jobs", settings, lake)
        self.jobs = {spec.name: jobs.make(spec) for spec in BUILTIN_JOBS}

    @property
    def steps(self) -> Steps:
        """The functions and jobs that a run calls."""
        return Steps({spec.name: self.functions[spec.name] for spec in RUN_FUNCTIONS}, self.jobs)
