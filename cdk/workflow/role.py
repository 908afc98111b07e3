"""The permissions of the state machine: call its functions, run its jobs, publish to its topics, write logs and traces."""

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
# Actions without resource-level permissions (Service Authorization Reference, Amazon Forecast).
FORECAST_ACTIONS_ON_ALL = ("CreateAutoPredictor", "ListDatasetImportJobs", "ListPredictors", "ListForecasts", "ListForecastExportJobs")
LOG_DELIVERY = ("Create", "Get", "Update", "Delete", "List")


def create_run_role(scope: Construct, steps: Steps, topics: NotificationTopics) -> IRole:
    """Create the role with exactly these permissions; the CDK would also grant every version of every function."""
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
    suppress_findings(role, {**_SUPPRESSIONS, **_forecast_suppressions(role, steps)})
    return role.without_policy_updates()


def _call_functions(steps: Steps) -> PolicyStatement:
    return PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function.function_arn for function in steps.functions.values()])


def _run_jobs(steps: Steps) -> PolicyStatement:
    actions = [f"glue:{action}" for action in ("StartJobRun", "GetJobRun", "GetJobRuns", "BatchStopJobRun")]
    return PolicyStatement(actions=actions, resources=[job.job_arn for job in steps.jobs.values()])


def _publish(topics: NotificationTopics) -> list[PolicyStatement]:
    return [
        PolicyStatement(actions=["sns:Publish"], resources=[topics.runs.topic_arn, topics.failures.topic_arn]),
        PolicyStatement(actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[topics.key.key_arn]),
    ]


def _forecast(steps: Steps) -> list[PolicyStatement]:
    """Allow the calls of Amazon Forecast, if the stage uses it, and passing the service its role.

    The run needs permission for the lake's key, too: the service checks the caller of a request that names a key.
    """
    if steps.amazon_forecast is None:
        return []
    return [
        PolicyStatement(actions=[f"forecast:{action}" for action in FORECAST_ACTIONS], resources=steps.amazon_forecast.arns()),
        PolicyStatement(actions=[f"forecast:{action}" for action in FORECAST_ACTIONS_ON_ALL], resources=["*"]),
        PolicyStatement(actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[steps.amazon_forecast.key_arn]),
        PolicyStatement(
            actions=["iam:PassRole"],
            resources=[steps.amazon_forecast.role_arn],
            conditions={"StringEquals": {"iam:PassedToService": "forecast.amazonaws.com"}},
        ),
    ]


def _forecast_suppressions(role: Role, steps: Steps) -> dict[str, str]:
    """Return the reasons for the name patterns of resources that runs create."""
    if steps.amazon_forecast is None:
        return {}
    own = "arn:<AWS::Partition>:forecast:<AWS::Region>:<AWS::AccountId>"
    reason = "Runs name their resources in Amazon Forecast after themselves, with the prefix of the stage."
    return {f"AwsSolutions-IAM5[Resource::{own}:{kind}/{pattern}]": reason for kind, pattern in steps.amazon_forecast.name_patterns()}


def _deliver_logs() -> PolicyStatement:
    actions = [f"logs:{verb}LogDeliver{'ies' if verb == 'List' else 'y'}" for verb in LOG_DELIVERY]
    return PolicyStatement(
        actions=[*actions, "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups"], resources=["*"]
    )


def _trace() -> PolicyStatement:
    actions = [f"xray:{action}" for action in ("PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets")]
    return PolicyStatement(actions=actions, resources=["*"])


_SUPPRESSIONS = {"AwsSolutions-IAM5[Resource::*]": "Log delivery, X-Ray, lists and training have no resource-level permissions."}
