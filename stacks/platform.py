"""The whole of one stage, in the order it is deployed."""

from __future__ import annotations

from dataclasses import dataclass

from constructs import Construct

from cdk.settings import Settings
from stacks.api import ApiStack
from stacks.database import DatabaseStack
from stacks.lake import LakeStack
from stacks.monitoring import MonitoringStack, Watched
from stacks.processing import ProcessingStack
from stacks.workflow import WorkflowStack


@dataclass(frozen=True)
class Platform:
    """The stacks of one stage."""

    lake: LakeStack
    database: DatabaseStack
    processing: ProcessingStack
    workflow: WorkflowStack
    api: ApiStack
    monitoring: MonitoringStack


def build_platform(scope: Construct, settings: Settings) -> Platform:
    """Define one stage in scope; several stages fit into one app."""
    lake = LakeStack(scope, settings)
    database = DatabaseStack(scope, settings)
    processing = ProcessingStack(scope, settings, lake.lake, database.functions)
    workflow = WorkflowStack(scope, settings, lake.lake, processing.steps)
    api = ApiStack(scope, settings, database.functions, workflow.run.machine)
    watched = Watched(
        functions={**processing.all_functions, "api": api.handler},
        dead_letters=processing.pipe.dead_letters,
        queue=processing.pipe.queue,
        machine=workflow.run.machine,
        api=api.edge.api,
        firewall=api.edge.firewall,
        cluster=database.database.cluster,
    )
    monitoring = MonitoringStack(scope, settings, watched, workflow.notices)
    return Platform(lake, database, processing, workflow, api, monitoring)
