"""Lambda functions: each has its own role and log group, tracing, and limits of time, memory and concurrency."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

from aws_cdk import Duration, Size, Stack
from aws_cdk.aws_lambda import Architecture, Function, LayerVersion, LoggingFormat, Runtime, SnapStartConf, Tracing
from aws_cdk.aws_sqs import Queue
from constructs import Construct

from cdk.common.dead_letter_queue import create_dead_letter_queue
from cdk.common.log_group import create_log_group
from cdk.common.suppress_findings import suppress_findings
from cdk.compute.bundling import bundle_dependencies, bundle_sources
from cdk.compute.function_role import create_function_role
from cdk.compute.function_specs import FunctionSpec
from cdk.compute.package import Package, code_version
from cdk.settings.model import Settings
from cdk.storage.database import Database
from contracts.environment import Variable
from contracts.metrics import NAMESPACE

RUNTIME = Runtime.PYTHON_3_13
MAX_EVENT_AGE = Duration.hours(2)


class _AsyncOptions(TypedDict, total=False):
    dead_letter_queue: Queue
    retry_attempts: int
    max_event_age: Duration


@dataclass(frozen=True)
class FunctionFactory:
    """Create the functions of one stage; nearly all of them connect to its database, so they run in its network."""

    settings: Settings
    database: Database

    def make(self, scope: Construct, spec: FunctionSpec, environment: Mapping[Variable, str] | None = None) -> Function:
        """Create a function from its spec, with permission to log, to trace and to sign in to the database."""
        logs = create_log_group(scope, f"{spec.construct_id}Logs", self.settings)
        role = create_function_role(scope, spec)
        logs.grant_write(role)
        if spec.in_vpc:
            self.database.grant_connect(role, spec.database_user)
        function = Function(
            scope,
            spec.construct_id,
            description=spec.description,
            code=bundle_sources(spec.package),
            layers=[self._dependencies(scope, spec.package)],
            handler=spec.entry_point,
            runtime=RUNTIME,
            architecture=self._architecture(),
            memory_size=spec.memory_mib,
            timeout=Duration.seconds(spec.timeout_s),
            ephemeral_storage_size=Size.mebibytes(spec.ephemeral_storage_mib),
            snap_start=SnapStartConf.ON_PUBLISHED_VERSIONS if spec.snap_start and self.settings.on_aws else None,
            environment={**self._environment(spec), **{str(name): value for name, value in (environment or {}).items()}},
            role=role,
            log_group=logs,
            logging_format=LoggingFormat.JSON,
            tracing=Tracing.ACTIVE,
            **(self.database.network.placement if spec.in_vpc else {}),
            reserved_concurrent_executions=spec.concurrency if self.settings.reserve_concurrency else None,
            **self._async_options(scope, spec),
        )
        suppress_findings(function, _SUPPRESSIONS | (_ASYNC_SUPPRESSIONS if spec.asynchronous else _SYNC_SUPPRESSIONS))
        return function

    def _async_options(self, scope: Construct, spec: FunctionSpec) -> _AsyncOptions:
        """Send events that an asynchronous function could not process in three attempts to a dead-letter queue."""
        if not spec.asynchronous:
            return {}
        queue = create_dead_letter_queue(
            scope, f"{spec.construct_id}DeadLetters", "This is the dead-letter queue of an asynchronous function."
        )
        return {"dead_letter_queue": queue, "retry_attempts": 2, "max_event_age": MAX_EVENT_AGE}

    def _dependencies(self, scope: Construct, package: Package) -> LayerVersion:
        """Return the layer with the requirements of a package; each stack has one per package."""
        stack, name = Stack.of(scope), f"{package.name.capitalize()}Dependencies"
        existing = stack.node.try_find_child(name)
        if isinstance(existing, LayerVersion):
            return existing
        return LayerVersion(
            stack,
            name,
            description=f"requirements/{package.requirements}.txt",
            code=bundle_dependencies(package, self.settings),
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[self._architecture()],
        )

    def _environment(self, spec: FunctionSpec) -> dict[str, str]:
        return {
            Variable.STAGE: self.settings.stage,
            Variable.CODE_VERSION: code_version(),
            **({**self.database.environment(spec.database_user), **self.database.network.environment} if spec.in_vpc else {}),
            "POWERTOOLS_SERVICE_NAME": spec.name,
            "POWERTOOLS_METRICS_NAMESPACE": NAMESPACE,
            "POWERTOOLS_LOG_LEVEL": "INFO",
        }

    def _architecture(self) -> Architecture:
        on_arm = self.settings.on_aws or platform.machine() in {"arm64", "aarch64"}
        return Architecture.ARM_64 if on_arm else Architecture.X86_64


_SUPPRESSIONS = {
    "AwsSolutions-L1": "Python 3.13 is the runtime that SnapStart and all pinned arm64 wheels are tested with.",
    "Serverless-LambdaLatestVersion": "Python 3.13 is the runtime that SnapStart and all pinned arm64 wheels are tested with.",
    "Serverless-LambdaEventSourceMappingDestination": "SQS event sources have no destination; the queue has a dead-letter queue.",
    "Annotation::@aws-cdk/aws-lambda:snapStartRequirePublish": "The alias that API Gateway calls publishes a version.",
}
_SYNC_SUPPRESSIONS = {
    "Serverless-LambdaDLQ": "Step Functions, SQS, API Gateway or the deploy waits for the response and handles the failure; the function "
    "of the schedule has a destination on failure.",
}
_ASYNC_SUPPRESSIONS = {
    "Serverless-LambdaAsyncFailureDestination": "Failed events, and those that the rule could not deliver, go to a dead-letter queue.",
}
