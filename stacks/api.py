"""The REST API: the API function, API Gateway, the user pool and the canary."""

from __future__ import annotations

from dataclasses import replace

from aws_cdk import Duration
from aws_cdk.aws_lambda import Alias, Function, IFunction
from aws_cdk.aws_stepfunctions import StateMachine
from constructs import Construct

from cdk.api.export_orders import ExportOrders
from cdk.api.identity import Identity
from cdk.api.rest_api import PlatformApi
from cdk.compute.function import FunctionFactory
from cdk.compute.function_specs import API, CANARY, EXPORTER
from cdk.monitoring.canary import Canary
from cdk.settings.model import Settings
from cdk.storage.lake import Lake
from cdk.workflow.execution_grants import grant_on_executions
from contracts.environment import Variable
from contracts.outputs import Output
from stacks.base import StageStack


class ApiStack(StageStack):
    """The API serves the published run and starts new ones."""

    def __init__(self, scope: Construct, settings: Settings, lake: Lake, functions: FunctionFactory, machine: StateMachine) -> None:
        super().__init__(scope, "Api", settings, "API and identity")
        environment = {
            Variable.STATE_MACHINE_ARN: machine.state_machine_arn,
            Variable.LAKE_BUCKET: lake.bucket.bucket_name,
            Variable.CORS_ORIGINS: ",".join(settings.cors_origins),
            Variable.API_RUNS_PER_HOUR: str(settings.api_runs_per_hour),
        }
        self.handler = functions.make(self, replace(API, snap_start=settings.api_snap_start), environment)
        lake.grant_zones(self.handler, reads=API.reads, writes=API.writes)
        lake.grant_submit_replays(self.handler)
        self.exporter = functions.make(self, EXPORTER, {Variable.LAKE_BUCKET: lake.bucket.bucket_name})
        lake.grant_zones(self.exporter, reads=EXPORTER.reads, writes=EXPORTER.writes)
        ExportOrders(self, "ExportOrders", lake, self.exporter)
        machine.grant_start_execution(self.handler)
        grant_on_executions(self.handler, machine, "states:DescribeExecution", "states:StopExecution")
        self.identity = Identity(self, "Identity", settings)
        self.edge = PlatformApi(self, "Edge", settings, self._integration_target(settings), self.identity)
        self.canary = self._create_canary(settings, functions) if settings.canary_minutes else None
        self._add_outputs()

    def _integration_target(self, settings: Settings) -> IFunction:
        """Return a published version on AWS, which can start from a snapshot; on the local stack, the function itself."""
        return Alias(self, "Live", alias_name="live", version=self.handler.current_version) if settings.on_aws else self.handler

    def _create_canary(self, settings: Settings, functions: FunctionFactory) -> Canary:
        return Canary(self, "Canary", functions, self.identity, self.edge, Duration.minutes(settings.canary_minutes))

    @property
    def functions(self) -> dict[str, Function]:
        """The functions by name."""
        return {API.name: self.handler, EXPORTER.name: self.exporter, **({CANARY.name: self.canary.function} if self.canary else {})}

    def _add_outputs(self) -> None:
        self.publish(Output.API_URL, self.edge.url, "Routes are below api/v1")
        if self.edge.domain_target:
            self.publish(Output.API_DOMAIN_TARGET, self.edge.domain_target, "Target of the DNS record of the custom domain name")
        if self.edge.client_key:
            self.publish(Output.API_KEY_ID, self.edge.client_key.key_id, "API key of the machine client, for the header X-Api-Key")
        self.publish(Output.TOKEN_URL, self.identity.token_url, "Token endpoint of the user pool")
        self.publish(Output.TOKEN_CLIENT_ID, self.identity.client.user_pool_client_id, "Client id of the machine client")
        self.publish(Output.TOKEN_USER_POOL_ID, self.identity.pool.user_pool_id, "User pool that holds the client's secret")
