"""All stacks of one stage, in the order of their deployment."""

from __future__ import annotations

from dataclasses import dataclass

from constructs import Construct

from cdk.monitoring.monitored_resources import MonitoredResources
from cdk.settings.model import Settings
from stacks.anomaly import AnomalyStack
from stacks.api import ApiStack
from stacks.database import DatabaseStack
from stacks.forecasting import ForecastingStack
from stacks.lake import LakeStack
from stacks.monitoring import MonitoringStack
from stacks.processing import ProcessingStack
from stacks.workflow import WorkflowStack


@dataclass(frozen=True)
class Platform:
    """The stacks of one stage."""

    lake: LakeStack
    database: DatabaseStack
    processing: ProcessingStack
    anomaly: AnomalyStack
    forecasting: ForecastingStack | None
    workflow: WorkflowStack
    api: ApiStack
    monitoring: MonitoringStack


def build_platform(scope: Construct, settings: Settings) -> Platform:
    """Define one stage in scope; several stages fit into one app."""
    lake = LakeStack(scope, settings)
    database = DatabaseStack(scope, settings, lake.lake)
    processing = ProcessingStack(scope, settings, lake.lake, database.functions)
    anomaly = AnomalyStack(scope, settings, lake.lake, database.functions)
    steps = processing.steps.with_functions(anomaly.functions)
    forecasting = ForecastingStack(scope, settings, lake.lake) if settings.forecast_backend == "amazon_forecast" else None
    if forecasting:
        steps = steps.with_amazon_forecast(forecasting.datasets.service, forecasting.jobs)
    workflow = WorkflowStack(scope, settings, lake.lake, steps, database.functions)
    api = ApiStack(scope, settings, lake.lake, database.functions, workflow.run.machine)
    resources = MonitoredResources(
        functions={**processing.functions, **anomaly.functions, **workflow.functions, **api.functions},
        ingestion_dead_letters=processing.ingestion.dead_letters,
        ingestion_queue=processing.ingestion.queue,
        missed_starts=workflow.schedule.dead_letters,
        undelivered_execution_events=workflow.execution_events.dead_letters,
        machine=workflow.run.machine,
        api=api.edge.api,
        firewall=api.edge.firewall,
        cluster=database.database.cluster,
        proxy=database.database.proxy,
    )
    monitoring = MonitoringStack(scope, settings, resources, workflow.topics)
    return Platform(lake, database, processing, anomaly, forecasting, workflow, api, monitoring)
