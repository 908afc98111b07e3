"""The run: the state machine and the topics it tells."""

from __future__ import annotations

from aws_cdk import CfnOutput
from constructs import Construct

from cdk.daily_run import DailyRun
from cdk.lake import Lake
from cdk.notices import Notices
from cdk.settings import Settings
from cdk.steps import Steps
from stacks.base import StageStack


class WorkflowStack(StageStack):
    """From what landed to a published run."""

    def __init__(self, scope: Construct, settings: Settings, lake: Lake, steps: Steps) -> None:
        super().__init__(scope, "Workflow", settings, "the run")
        self.notices = Notices(self, "Notices", settings)
        self.run = DailyRun(self, "Run", settings, lake, steps, self.notices)
        CfnOutput(self, "StateMachineArn", value=self.run.machine.state_machine_arn, description="Start it with {} for yesterday")
