"""The log group of the database cluster, with bounded retention, deleted with the cluster.

RDS names the group after the cluster, whose name is generated, and creates it when an instance first logs. An AWS::Logs::LogGroup fails if
the group exists, whereas RDS uses an existing group. So API calls create it before the first instance and delete it after the last one.
"""

from __future__ import annotations

from aws_cdk import ArnFormat, Stack
from aws_cdk.aws_iam import PolicyStatement, Role, ServicePrincipal
from aws_cdk.aws_rds import CfnDBCluster, CfnDBInstance, DatabaseCluster
from aws_cdk.custom_resources import AwsCustomResource, AwsSdkCall, PhysicalResourceId
from constructs import Construct

from cdk.common.log_group import create_log_group
from cdk.common.suppress_findings import suppress_findings
from cdk.settings.model import Settings

GROUP = "/aws/rds/cluster/{cluster}/postgresql"
ACTIONS = ("CreateLogGroup", "DeleteLogGroup", "PutRetentionPolicy")
MEMORY_MIB = 256


class DatabaseLogs(Construct):
    """The log group `postgresql` of a cluster; its instances are created after it."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, cluster: DatabaseCluster) -> None:
        super().__init__(scope, construct_id)
        self._cluster = cluster
        self._name = GROUP.format(cluster=cluster.cluster_identifier)
        self._calls = create_log_group(self, "Calls", settings)
        self._role = self._create_role()
        create = self._call("createLogGroup", ignored_error="ResourceAlreadyExistsException")
        group = self._resource("Group", create, self._call("deleteLogGroup", ignored_error="ResourceNotFoundException"))
        retention = self._resource("Retention", self._call("putRetentionPolicy", retentionInDays=settings.log_retention_days))
        retention.node.add_dependency(group)
        self._delay_instances()
        helper = Stack.of(self).node.find_child(f"AWS{AwsCustomResource.PROVIDER_FUNCTION_UUID.replace('-', '')}")
        suppress_findings(helper, _HELPER_SUPPRESSIONS)

    def _call(self, action: str, ignored_error: str | None = None, **parameters: int) -> AwsSdkCall:
        return AwsSdkCall(
            service="CloudWatchLogs",
            action=action,
            parameters={"logGroupName": self._name, **parameters},
            ignore_error_codes_matching=ignored_error,
            physical_resource_id=PhysicalResourceId.of(self._name),
        )

    def _resource(self, construct_id: str, create: AwsSdkCall, delete: AwsSdkCall | None = None) -> AwsCustomResource:
        resource = AwsCustomResource(
            self,
            construct_id,
            resource_type=f"Custom::DatabaseLog{construct_id}",
            on_update=create,  # runs on creation, too
            on_delete=delete,
            role=self._role,
            log_group=self._calls,
            memory_size=MEMORY_MIB,
            install_latest_aws_sdk=False,
        )
        resource.node.add_dependency(self._role)
        return resource

    def _create_role(self) -> Role:
        """Create the role of the calls: three actions on this log group."""
        arn = Stack.of(self).format_arn(
            service="logs", resource="log-group", resource_name=f"{self._name}:*", arn_format=ArnFormat.COLON_RESOURCE_NAME
        )
        role = Role(
            self,
            "Role",
            description="Creates and deletes the log group of the database",
            assumed_by=ServicePrincipal("lambda.amazonaws.com"),
        )
        role.add_to_policy(PolicyStatement(actions=[f"logs:{action}" for action in ACTIONS], resources=[arn]))
        self._calls.grant_write(role)
        resource = self._cluster.node.default_child
        assert isinstance(resource, CfnDBCluster)
        group = GROUP.format(cluster=f"<{Stack.of(self).get_logical_id(resource)}>")
        finding = f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:{group}:*]"
        suppress_findings(role, {finding: "CloudWatch Logs requires the star at the end of a log group's ARN; it is this one group."})
        return role

    def _delay_instances(self) -> None:
        """Create instances after the group and delete them before it; otherwise RDS would create the group again."""
        for part in self._cluster.node.find_all():
            if isinstance(part, CfnDBInstance):
                part.node.add_dependency(self)


_HELPER_SUPPRESSIONS = {
    "Serverless-LambdaDLQ": "CloudFormation waits for the response and fails the deploy without one.",
    "Serverless-LambdaTracing": "A function of the CDK that runs only when the database is created or deleted; its log suffices.",
}
