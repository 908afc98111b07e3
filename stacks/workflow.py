"""The run: the state machine and the topics it tells."""

from __future__ import annotations

from aws_cdk import CfnOutput
from aws_cdk.aws_lambda import Function
from constructs import Construct

from cdk.compute.function import FunctionFactory
from cdk.compute.function_spec import FunctionSpec
from cdk.settings.model import Settings
from cdk.storage.lake import Lake
from cdk.workflow.execution_events import RunWatch
from cdk.workflow.schedule import DailySchedule
from cdk.workflow.state_machine import DailyRun
from cdk.workflow.steps import Steps
from cdk.workflow.topics import Notices
from stacks.base import StageStack

TRIGGER = FunctionSpec("forecast_trigger", "Starts the daily run, once a day", inside=False)
WATCHER = FunctionSpec("run_watcher", "Closes the books of runs that were stopped or timed out", asynchronous=True)


class WorkflowStack(StageStack):
    """From what landed to a published run."""

    def __init__(self, scope: Construct, settings: Settings, lake: Lake, steps: Steps, functions: FunctionFactory) -> None:
        super().__init__(scope, "Workflow", settings, "the run")
        self.notices = Notices(self, "Notices", settings)
        self.run = DailyRun(self, "Run", settings, lake, steps, self.notices)
        told = {"STATE_MACHINE_ARN": self.run.machine.state_machine_arn}
        self.trigger = functions.make(self, TRIGGER, told)
        self.run.machine.grant_start_execution(self.trigger)
        self.schedule = DailySchedule(self, "Schedule", settings, self.trigger)
        self.watcher = functions.make(self, WATCHER, told)
        self.watch = RunWatch(self, "Watch", self.run.machine, self.watcher)
        CfnOutput(self, "StateMachineArn", value=self.run.machine.state_machine_arn, description="Start it with {} for yesterday")

    @property
    def functions(self) -> dict[str, Function]:
        """Functions by name."""
        return {TRIGGER.name: self.trigger, WATCHER.name: self.watcher}
