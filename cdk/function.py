"""Every function alike: own role, own log group, traced, bounded in time and memory, told what it needs and no more."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

from aws_cdk import Aws, Duration, Size, Stack
from aws_cdk.aws_iam import Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal
from aws_cdk.aws_lambda import Architecture, Function, LayerVersion, LoggingFormat, Runtime, SnapStartConf, Tracing
from aws_cdk.aws_sqs import Queue, QueueEncryption
from constructs import Construct

from cdk.acknowledge import acknowledge
from cdk.bundling import dependency_code, source_code
from cdk.database import Database
from cdk.database_users import FUNCTION_USER
from cdk.log_group import log_group
from cdk.package import FUNCTIONS, Package, code_version
from cdk.settings import Settings

METRICS_NAMESPACE = "Signify"
RUNTIME = Runtime.PYTHON_3_13
KEPT = Duration.days(14)
MAX_EVENT_AGE = Duration.hours(2)
NETWORK_ACTIONS = (
    "CreateNetworkInterface", "DescribeNetworkInterfaces", "DescribeSubnets", "DeleteNetworkInterface",
    "AssignPrivateIpAddresses", "UnassignPrivateIpAddresses",
)  # fmt: skip


class _Failure(TypedDict, total=False):
    dead_letter_queue: Queue
    retry_attempts: int
    max_event_age: Duration


@dataclass(frozen=True)
class FunctionSpec:
    """One function. `name` is its module in runtime/functions, unless `handler` says otherwise.

    concurrency: how many at once, reserved where the settings say so; each holds one database connection. asynchronous: invoked by
    something that does not wait, such as a topic or a rule, so that what fails must be kept. inside: lives in the network and talks to the
    database as `database_user`; else it has neither.
    """

    name: str
    description: str
    package: Package = FUNCTIONS
    memory_mib: int = 512
    timeout_s: int = 60
    scratch_mib: int = 512
    snap_start: bool = False
    handler: str = ""
    concurrency: int = 2
    asynchronous: bool = False
    inside: bool = True
    database_user: str = FUNCTION_USER

    @property
    def construct_id(self) -> str:
        """The name in CamelCase."""
        return "".join(word.capitalize() for word in self.name.split("_"))

    @property
    def entry_point(self) -> str:
        """Module path and function name."""
        return self.handler or f"runtime.functions.{self.name}.handler"


@dataclass(frozen=True)
class FunctionFactory:
    """Makes the functions of one stage; nearly all of them talk to its database, so they live in its network."""

    settings: Settings
    database: Database

    def make(self, scope: Construct, spec: FunctionSpec, environment: Mapping[str, str] | None = None) -> Function:
        """A function by its spec, allowed to log, to trace and to sign in to the database."""
        logs = log_group(scope, f"{spec.construct_id}Logs", self.settings)
        role = self._role(scope, spec)
        logs.grant_write(role)
        if spec.inside:
            self.database.grant_connect(role, spec.database_user)
        function = Function(
            scope,
            spec.construct_id,
            description=spec.description,
            code=source_code(spec.package),
            layers=[self._dependencies(scope, spec.package)],
            handler=spec.entry_point,
            runtime=RUNTIME,
            architecture=self._architecture(),
            memory_size=spec.memory_mib,
            timeout=Duration.seconds(spec.timeout_s),
            ephemeral_storage_size=Size.mebibytes(spec.scratch_mib),
            snap_start=SnapStartConf.ON_PUBLISHED_VERSIONS if spec.snap_start and self.settings.on_aws else None,
            environment={**self._environment(spec), **(environment or {})},
            role=role,
            log_group=logs,
            logging_format=LoggingFormat.JSON,
            tracing=Tracing.ACTIVE,
            **(self.database.network.placement if spec.inside else {}),
            reserved_concurrent_executions=spec.concurrency if self.settings.reserve_concurrency else None,
            **self._when_it_fails(scope, spec),
        )
        acknowledge(function, _ACCEPTED | (_ACCEPTED_OF_UNAWAITED if spec.asynchronous else _ACCEPTED_OF_AWAITED))
        return function

    def _when_it_fails(self, scope: Construct, spec: FunctionSpec) -> _Failure:
        """Where an event goes that an asynchronous function could not handle in three attempts."""
        if not spec.asynchronous:
            return {}
        queue = Queue(
            scope, f"{spec.construct_id}DeadLetters", encryption=QueueEncryption.SQS_MANAGED, enforce_ssl=True, retention_period=KEPT
        )
        acknowledge(queue, {"Serverless-SQSRedrivePolicy": "This is where a function's failed events end."})
        return {"dead_letter_queue": queue, "retry_attempts": 2, "max_event_age": MAX_EVENT_AGE}

    def _dependencies(self, scope: Construct, package: Package) -> LayerVersion:
        """The layer of a set of requirements, one per stack that needs it."""
        stack, name = Stack.of(scope), f"{package.name.capitalize()}Dependencies"
        existing = stack.node.try_find_child(name)
        if isinstance(existing, LayerVersion):
            return existing
        return LayerVersion(
            stack,
            name,
            description=f"requirements/{package.requirements}.txt",
            code=dependency_code(package, self.settings),
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[self._architecture()],
        )

    def _role(self, scope: Construct, spec: FunctionSpec) -> Role:
        role = Role(
            scope,
            f"{spec.construct_id}Role",
            description=f"Role of the function {spec.name}",
            assumed_by=ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={"Network": PolicyDocument(statements=_join_network())} if spec.inside else None,
        )
        acknowledge(role, _ACCEPTED_OF_ROLE)
        return role

    def _environment(self, spec: FunctionSpec) -> dict[str, str]:
        return {
            "STAGE": self.settings.stage,
            "CODE_VERSION": code_version(),
            **({**self.database.environment(spec.database_user), **self.database.network.environment} if spec.inside else {}),
            "POWERTOOLS_SERVICE_NAME": spec.name,
            "POWERTOOLS_METRICS_NAMESPACE": METRICS_NAMESPACE,
            "POWERTOOLS_LOG_LEVEL": "INFO",
        }

    def _architecture(self) -> Architecture:
        on_arm = self.settings.on_aws or platform.machine() in {"arm64", "aarch64"}
        return Architecture.ARM_64 if on_arm else Architecture.X86_64


def _join_network() -> list[PolicyStatement]:
    """What Lambda does in the function's name to place it in the network, and what the function itself may therefore not do.

    Lambda names the calling function in requests of the function's code, and in none of its own about network interfaces.
    """
    actions = [f"ec2:{action}" for action in NETWORK_ACTIONS]
    any_function = f"arn:{Aws.PARTITION}:lambda:{Aws.REGION}:{Aws.ACCOUNT_ID}:function:*"
    by_code = {"ArnLike": {"lambda:SourceFunctionArn": any_function}}
    return [
        PolicyStatement(actions=actions, resources=["*"]),
        PolicyStatement(effect=Effect.DENY, actions=actions, resources=["*"], conditions=by_code),
    ]


_ACCEPTED = {
    "AwsSolutions-L1": "Python 3.13 is the runtime that SnapStart and every pinned arm64 wheel are tested with.",
    "Serverless-LambdaLatestVersion": "Python 3.13 is the runtime that SnapStart and every pinned arm64 wheel are tested with.",
    "Serverless-LambdaEventSourceMappingDestination": "An SQS source takes no destination; the queue's own dead-letter queue keeps "
    "what failed.",
    "Annotation::@aws-cdk/aws-lambda:snapStartRequirePublish": "The alias that API Gateway calls publishes a version.",
}
_ACCEPTED_OF_AWAITED = {
    "Serverless-LambdaDLQ": "Step Functions, SQS, API Gateway or the deploy waits for the answer and keeps the event when it fails; "
    "what the scheduler hands over without waiting has a destination on failure.",
}
_ACCEPTED_OF_UNAWAITED = {
    "Serverless-LambdaAsyncFailureDestination": "The function's dead-letter queue keeps what failed, and what its rule could not deliver.",
}
_NO_RESOURCE_LEVEL = (
    "Lambda alone knows the network interfaces that it makes, and uses these rights itself: the function's own code is denied them. X-Ray "
    "segments have no resource."
)
_ACCEPTED_OF_ROLE = {"AwsSolutions-IAM5[Resource::*]": _NO_RESOURCE_LEVEL, "Serverless-LambdaStarPermissions": _NO_RESOURCE_LEVEL}
