"""When a run starts by itself: EventBridge Scheduler -> the trigger -> one execution for each day, however often the schedule fires."""

from __future__ import annotations

from aws_cdk import Duration, TimeZone
from aws_cdk.aws_lambda import Function
from aws_cdk.aws_lambda_destinations import SqsDestination
from aws_cdk.aws_scheduler import ContextAttribute, Schedule, ScheduleExpression, ScheduleTargetInput
from aws_cdk.aws_scheduler_targets import LambdaInvoke
from aws_cdk.aws_sqs import Queue, QueueEncryption
from constructs import Construct

from cdk.common.suppress_findings import acknowledge
from cdk.settings.model import Settings
from cdk.workflow.scheduler_role import scheduler_role

LATEST = Duration.hours(2)  # a start that could not be delivered for longer waits in the queue for a person
KEPT = Duration.days(14)


class DailySchedule(Construct):
    """Fires the trigger at the settings' time in their time zone; a start that failed for good waits in `dead_letters`."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, trigger: Function) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = self._queue()
        # The scheduler hands its event over and goes; what the function then fails to do is the queue's as well.
        trigger.configure_async_invoke(max_event_age=LATEST, retry_attempts=2, on_failure=SqsDestination(self.dead_letters))
        self.schedule = Schedule(
            self,
            "Daily",
            description="Starts the daily run",
            enabled=settings.schedule_enabled,
            schedule=ScheduleExpression.expression(settings.schedule, TimeZone.of(settings.schedule_time_zone)),
            target=LambdaInvoke(
                trigger,
                dead_letter_queue=self.dead_letters,
                input=ScheduleTargetInput.from_object({"scheduled_time": ContextAttribute.scheduled_time}),
                max_event_age=LATEST,
                retry_attempts=20,
                role=scheduler_role(self, "Role of the daily schedule", trigger, self.dead_letters),
            ),
        )

    def _queue(self) -> Queue:
        queue = Queue(self, "DeadLetters", encryption=QueueEncryption.SQS_MANAGED, enforce_ssl=True, retention_period=KEPT)
        reason = "This is where starts that failed for good end; that no run was published is what an alarm tells."
        acknowledge(queue, {"Serverless-SQSRedrivePolicy": reason, "AwsSolutions-SQS3": reason})
        return queue
