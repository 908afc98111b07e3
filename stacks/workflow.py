"""The run: the state machine and the topics it tells."""

from __future__ import annotations

from aws_cdk import CfnOutput
from aws_cdk.aws_lambda import Function
from constructs import Construct

from cdk.daily_run import DailyRun
from cdk.function import FunctionFactory
from cdk.function_spec import FunctionSpec
from cdk.lake import Lake
from cdk.notices import Notices
from cdk.run_watch import RunWatch
from cdk.schedule import DailySchedule
from cdk.settings import Settings
from cdk.steps import Steps
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
