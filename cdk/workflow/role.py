"""What the state machine may do: call its functions, run its jobs, tell its topics, and write its log and trace."""

from __future__ import annotations

from aws_cdk.aws_iam import IRole, PolicyDocument, PolicyStatement, Role, ServicePrincipal
from constructs import Construct

from cdk.common.suppress_findings import suppress_findings
from cdk.workflow.steps import Steps
from cdk.workflow.topics import NotificationTopics

FORECAST_ACTIONS = (
    "CreateDatasetImportJob",
    "DescribeDatasetImportJob",
    "DescribeAutoPredictor",
    "GetAccuracyMetrics",
    "CreateForecast",
    "DescribeForecast",
    "CreateForecastExportJob",
    "DescribeForecastExportJob",
    "DeleteResourceTree",
)
# For these IAM knows no resource (Service Authorization Reference, Amazon Forecast): named on one, they are refused.
FORECAST_ACTIONS_ON_ALL = ("CreateAutoPredictor", "ListDatasetImportJobs", "ListPredictors", "ListForecasts", "ListForecastExportJobs")
LOG_DELIVERY = ("Create", "Get", "Update", "Delete", "List")


def create_run_role(scope: Construct, steps: Steps, topics: NotificationTopics) -> IRole:
    """A role with exactly these rights; the workflow library would also grant every version of every function."""
    role = Role(
        scope,
        "Role",
        description="Role of the run",
        assumed_by=ServicePrincipal("states.amazonaws.com"),
        inline_policies={
            "Steps": PolicyDocument(statements=[_call_functions(steps), _run_jobs(steps), *_forecast(steps)]),
            "Notices": PolicyDocument(statements=_publish(topics)),
            "Observe": PolicyDocument(statements=[_deliver_logs(), _trace()]),
        },
    )
    suppress_findings(role, {**_ACCEPTED, **_accepted_of_forecast(role, steps)})
    return role.without_policy_updates()


def _call_functions(steps: Steps) -> PolicyStatement:
    return PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function.function_arn for function in steps.functions.values()])


def _run_jobs(steps: Steps) -> PolicyStatement:
    actions = [f"glue:{action}" for action in ("StartJobRun", "GetJobRun", "GetJobRuns", "BatchStopJobRun")]
    return PolicyStatement(actions=actions, resources=[job.job_arn for _, job in steps.jobs.values()])


def _publish(topics: NotificationTopics) -> list[PolicyStatement]:
    return [
        PolicyStatement(actions=["sns:Publish"], resources=[topics.runs.topic_arn, topics.failures.topic_arn]),
        PolicyStatement(actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[topics.key.key_arn]),
    ]


def _forecast(steps: Steps) -> list[PolicyStatement]:
    """Amazon Forecast, where it forecasts: what the run makes there, and handing over the role by which the service works.

    Whoever names a key in a request must be allowed to use it: the service checks its caller, beside the role that it is handed.
    """
    if steps.amazon is None:
        return []
    return [
        PolicyStatement(actions=[f"forecast:{action}" for action in FORECAST_ACTIONS], resources=steps.amazon.arns()),
        PolicyStatement(actions=[f"forecast:{action}" for action in FORECAST_ACTIONS_ON_ALL], resources=["*"]),
        PolicyStatement(actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[steps.amazon.key_arn]),
        PolicyStatement(
            actions=["iam:PassRole"],
            resources=[steps.amazon.role_arn],
            conditions={"StringEquals": {"iam:PassedToService": "forecast.amazonaws.com"}},
        ),
    ]


def _accepted_of_forecast(role: Role, steps: Steps) -> dict[str, str]:
    """The findings about names that a run makes up."""
    if steps.amazon is None:
        return {}
    own = "arn:<AWS::Partition>:forecast:<AWS::Region>:<AWS::AccountId>"
    reason = "A run names what it makes in Amazon Forecast after itself; the prefix is the stage's."
    return {f"AwsSolutions-IAM5[Resource::{own}:{kind}/{pattern}]": reason for kind, pattern in steps.amazon.patterns()}


def _deliver_logs() -> PolicyStatement:
    actions = [f"logs:{verb}LogDeliver{'ies' if verb == 'List' else 'y'}" for verb in LOG_DELIVERY]
    return PolicyStatement(
        actions=[*actions, "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups"], resources=["*"]
    )


def _trace() -> PolicyStatement:
    actions = [f"xray:{action}" for action in ("PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets")]
    return PolicyStatement(actions=actions, resources=["*"])


_ACCEPTED = {
    "AwsSolutions-IAM5[Resource::*]": "Log delivery, X-Ray segments, lists and training have no resource that a policy could name."
}
