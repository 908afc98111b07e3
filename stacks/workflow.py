"""The state machine of the runs, its schedule, events and topics."""

from __future__ import annotations

from aws_cdk.aws_lambda import Function
from constructs import Construct

from cdk.compute.function import FunctionFactory
from cdk.compute.function_specs import EXECUTION_LISTENER, FORECAST_TRIGGER
from cdk.monitoring.receivers import Receivers
from cdk.settings.model import Settings
from cdk.storage.lake import Lake
from cdk.workflow.execution_events import ExecutionEvents
from cdk.workflow.schedule import DailySchedule
from cdk.workflow.state_machine import DailyRun
from cdk.workflow.steps import Steps
from cdk.workflow.topics import NotificationTopics
from contracts.environment import Variable
from contracts.outputs import Output
from stacks.base import StageStack


class WorkflowStack(StageStack):
    """From staged rows to a published run."""

    def __init__(self, scope: Construct, settings: Settings, lake: Lake, steps: Steps, functions: FunctionFactory) -> None:
        super().__init__(scope, "Workflow", settings, "the run")
        self.topics = NotificationTopics(self, "Notices", settings)
        self.run = DailyRun(self, "Run", settings, lake, steps, self.topics)
        environment = {Variable.STATE_MACHINE_ARN: self.run.machine.state_machine_arn}
        self.forecast_trigger = functions.make(self, FORECAST_TRIGGER, environment)
        self.run.machine.grant_start_execution(self.forecast_trigger)
        self.schedule = DailySchedule(self, "Schedule", settings, self.forecast_trigger)
        self.execution_listener = functions.make(self, EXECUTION_LISTENER, {**environment, Variable.LAKE_BUCKET: lake.bucket.bucket_name})
        lake.grant_zones(self.execution_listener, reads=EXECUTION_LISTENER.reads, writes=EXECUTION_LISTENER.writes)
        self.execution_events = ExecutionEvents(self, "ExecutionEvents", settings, self.run.machine, self.execution_listener)
        self.receivers = Receivers(self, "Receivers", settings, functions, self.topics)
        self._add_outputs()

    @property
    def functions(self) -> dict[str, Function]:
        """The functions by name."""
        own = {FORECAST_TRIGGER.name: self.forecast_trigger, EXECUTION_LISTENER.name: self.execution_listener}
        return {**own, **self.receivers.functions}

    def _add_outputs(self) -> None:
        self.publish(Output.STATE_MACHINE_ARN, self.run.machine.state_machine_arn, "Start it with {} to forecast from yesterday")
        self.publish(Output.PAGES_TOPIC_ARN, self.topics.pages.topic_arn, "Topic of alarms that wake the on-call engineer")
        self.publish(Output.TICKETS_TOPIC_ARN, self.topics.tickets.topic_arn, "Topic of alarms for working hours, and of the budget")
