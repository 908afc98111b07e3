"""Start runs on a schedule: EventBridge Scheduler -> forecast_trigger -> one execution for each day, even if the schedule fires twice."""

from __future__ import annotations

from aws_cdk import Duration, TimeZone
from aws_cdk.aws_iam import IRole, PolicyDocument, PolicyStatement, Role, ServicePrincipal
from aws_cdk.aws_lambda import Function
from aws_cdk.aws_lambda_destinations import SqsDestination
from aws_cdk.aws_scheduler import ContextAttribute, Schedule, ScheduleExpression, ScheduleTargetInput
from aws_cdk.aws_scheduler_targets import LambdaInvoke
from aws_cdk.aws_sqs import Queue
from constructs import Construct

from cdk.common.dead_letter_queue import create_dead_letter_queue
from cdk.settings.model import Settings

MAX_EVENT_AGE = Duration.hours(2)  # a start that cannot be delivered in this time goes to the dead-letter queue


class DailySchedule(Construct):
    """Invoke the trigger once a day; a start that fails in all attempts waits in `dead_letters`."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, trigger: Function) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = create_dead_letter_queue(
            self, "DeadLetters", "This is the dead-letter queue of the schedule and its function; an alarm watches it."
        )
        # The scheduler does not wait for the function, so failures of the function itself go to the same queue.
        trigger.configure_async_invoke(max_event_age=MAX_EVENT_AGE, retry_attempts=2, on_failure=SqsDestination(self.dead_letters))
        hour, minute = settings.run_at.split(":")
        self.schedule = Schedule(
            self,
            "Daily",
            description="Starts the daily run",
            enabled=settings.schedule_enabled,
            schedule=ScheduleExpression.cron(
                minute=f"{int(minute)}", hour=f"{int(hour)}", time_zone=TimeZone.of(settings.schedule_time_zone)
            ),
            target=LambdaInvoke(
                trigger,
                dead_letter_queue=self.dead_letters,
                input=ScheduleTargetInput.from_object({"scheduled_time": ContextAttribute.scheduled_time}),
                max_event_age=MAX_EVENT_AGE,
                retry_attempts=20,
                role=create_scheduler_role(self, "Role of the daily schedule", trigger, self.dead_letters),
            ),
        )


def create_scheduler_role(scope: Construct, description: str, function: Function, dead_letters: Queue | None = None) -> IRole:
    """Create a role that may invoke the function and fill its dead-letter queue.

    The role that the CDK would create may also invoke every version of the function.
    """
    statements = [PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function.function_arn])]
    if dead_letters:
        statements.append(PolicyStatement(actions=["sqs:SendMessage"], resources=[dead_letters.queue_arn]))
    role = Role(
        scope,
        "Role",
        description=description,
        assumed_by=ServicePrincipal("scheduler.amazonaws.com"),
        inline_policies={"Start": PolicyDocument(statements=statements)},
    )
    return role.without_policy_updates()
