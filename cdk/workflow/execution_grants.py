"""Rights on the executions of the state machine, for functions of other stacks that read or stop them."""

from __future__ import annotations

from aws_cdk import Aws, CfnElement, Stack
from aws_cdk.aws_iam import ManagedPolicy, PolicyStatement
from aws_cdk.aws_lambda import Function
from aws_cdk.aws_stepfunctions import StateMachine

from cdk.common.suppress_findings import suppress_findings


def grant_on_executions(function: Function, machine: StateMachine, *actions: str) -> None:
    """Allow the actions on every execution of one state machine, by a policy in the stack of the machine: each run is an execution."""
    executions = f"arn:{Aws.PARTITION}:states:{Aws.REGION}:{Aws.ACCOUNT_ID}:execution:{machine.state_machine_name}:*"
    policy = ManagedPolicy(
        machine,
        f"{function.node.id}Executions",
        description="Executions of the run",
        statements=[PolicyStatement(actions=list(actions), resources=[executions])],
    )
    assert function.role is not None
    function.role.add_managed_policy(policy)
    resource = machine.node.default_child
    assert isinstance(resource, CfnElement)
    name = f"<AWS::Region>:<AWS::AccountId>:execution:<{Stack.of(resource).get_logical_id(resource)}.Name>:*"
    finding = f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:{name}]"
    suppress_findings(policy, {finding: "The executions of one state machine; each run is an execution of its own."})
