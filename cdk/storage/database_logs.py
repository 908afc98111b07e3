"""The log group that RDS makes for a cluster: it forgets as the others do, and goes with the cluster.

RDS names it after the cluster, whose name is generated, and makes it by itself when an instance logs. An AWS::Logs::LogGroup refuses a
group that exists, and RDS takes one that does; so it is made by a call that minds neither, before there is an instance, and deleted after
the last one.
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
    """The log group `postgresql` of a cluster, whose instances wait for it."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, cluster: DatabaseCluster) -> None:
        super().__init__(scope, construct_id)
        self._cluster = cluster
        self._name = GROUP.format(cluster=cluster.cluster_identifier)
        self._calls = create_log_group(self, "Calls", settings)
        self._role = self._caller()
        make = self._call("createLogGroup", ignored="ResourceAlreadyExistsException")
        made = self._resource("Group", make, self._call("deleteLogGroup", ignored="ResourceNotFoundException"))
        forgets = self._resource("Retention", self._call("putRetentionPolicy", retentionInDays=settings.log_retention_days))
        forgets.node.add_dependency(made)
        self._hold_back_instances()
        helper = Stack.of(self).node.find_child(f"AWS{AwsCustomResource.PROVIDER_FUNCTION_UUID.replace('-', '')}")
        suppress_findings(helper, _ACCEPTED_OF_THE_HELPER)

    def _call(self, action: str, ignored: str | None = None, **parameters: int) -> AwsSdkCall:
        return AwsSdkCall(
            service="CloudWatchLogs",
            action=action,
            parameters={"logGroupName": self._name, **parameters},
            ignore_error_codes_matching=ignored,
            physical_resource_id=PhysicalResourceId.of(self._name),
        )

    def _resource(self, construct_id: str, make: AwsSdkCall, delete: AwsSdkCall | None = None) -> AwsCustomResource:
        resource = AwsCustomResource(
            self,
            construct_id,
            resource_type=f"Custom::DatabaseLog{construct_id}",
            on_update=make,  # at creation too
            on_delete=delete,
            role=self._role,
            log_group=self._calls,
            memory_size=MEMORY_MIB,
            install_latest_aws_sdk=False,
        )
        resource.node.add_dependency(self._role)
        return resource

    def _caller(self) -> Role:
        """The role of the calls: three actions on this one log group."""
        arn = Stack.of(self).format_arn(
            service="logs", resource="log-group", resource_name=f"{self._name}:*", arn_format=ArnFormat.COLON_RESOURCE_NAME
        )
        role = Role(
            self, "Role", description="Makes and deletes the database's log group", assumed_by=ServicePrincipal("lambda.amazonaws.com")
        )
        role.add_to_policy(PolicyStatement(actions=[f"logs:{action}" for action in ACTIONS], resources=[arn]))
        self._calls.grant_write(role)
        resource = self._cluster.node.default_child
        assert isinstance(resource, CfnDBCluster)
        shown = GROUP.format(cluster=f"<{Stack.of(self).get_logical_id(resource)}>")
        finding = f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:{shown}:*]"
        suppress_findings(role, {finding: "The star is how CloudWatch Logs spells a log group in a policy; it is this one group."})
        return role

    def _hold_back_instances(self) -> None:
        """An instance starts after the group is there, and is gone before the group goes: else RDS makes it once more."""
        for part in self._cluster.node.find_all():
            if isinstance(part, CfnDBInstance):
                part.node.add_dependency(self)


_ACCEPTED_OF_THE_HELPER = {
    "Serverless-LambdaDLQ": "CloudFormation waits for the answer, and fails the deploy when there is none.",
    "Serverless-LambdaTracing": "A function of the CDK that runs when the database is made or deleted; its log says all there is.",
}
