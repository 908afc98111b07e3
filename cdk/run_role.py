"""What the state machine may do: call its functions, run its jobs, tell its topics, and write its log and trace."""

from __future__ import annotations

from aws_cdk.aws_iam import IRole, PolicyDocument, PolicyStatement, Role, ServicePrincipal
from constructs import Construct

from cdk.acknowledge import acknowledge
from cdk.notices import Notices
from cdk.steps import Steps

LOG_DELIVERY = ("Create", "Get", "Update", "Delete", "List")


def run_role(scope: Construct, steps: Steps, notices: Notices) -> IRole:
    """A role with exactly these rights; the workflow library would also grant every version of every function."""
    role = Role(
        scope,
        "Role",
        description="Role of the run",
        assumed_by=ServicePrincipal("states.amazonaws.com"),
        inline_policies={
            "Steps": PolicyDocument(statements=[_call_functions(steps), _run_jobs(steps)]),
            "Notices": PolicyDocument(statements=_tell(notices)),
            "Observe": PolicyDocument(statements=[_deliver_logs(), _trace()]),
        },
    )
    acknowledge(role, _ACCEPTED)
    return role.without_policy_updates()


def _call_functions(steps: Steps) -> PolicyStatement:
    return PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function.function_arn for function in steps.functions.values()])


def _run_jobs(steps: Steps) -> PolicyStatement:
    actions = [f"glue:{action}" for action in ("StartJobRun", "GetJobRun", "GetJobRuns", "BatchStopJobRun")]
    return PolicyStatement(actions=actions, resources=[job.job_arn for _, job in steps.jobs.values()])


def _tell(notices: Notices) -> list[PolicyStatement]:
    return [
        PolicyStatement(actions=["sns:Publish"], resources=[notices.runs.topic_arn, notices.failures.topic_arn]),
        PolicyStatement(actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[notices.key.key_arn]),
    ]


def _deliver_logs() -> PolicyStatement:
    actions = [f"logs:{verb}LogDeliver{'ies' if verb == 'List' else 'y'}" for verb in LOG_DELIVERY]
    return PolicyStatement(
        actions=[*actions, "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups"], resources=["*"]
    )


def _trace() -> PolicyStatement:
    actions = [f"xray:{action}" for action in ("PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets")]
    return PolicyStatement(actions=actions, resources=["*"])


_ACCEPTED = {"AwsSolutions-IAM5[Resource::*]": "Log delivery and X-Ray segments have no resource that a policy could name."}
