"""What a stage consists of, as far as it can be watched."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk.aws_apigateway import RestApi
from aws_cdk.aws_cloudwatch import Metric
from aws_cdk.aws_lambda import Function
from aws_cdk.aws_rds import DatabaseCluster, DatabaseProxy
from aws_cdk.aws_sqs import IQueue, Queue
from aws_cdk.aws_stepfunctions import StateMachine

from cdk.api.web_acl import WebAcl
from cdk.compute.function import METRICS_NAMESPACE
from cdk.monitoring.alarms import PERIOD
from cdk.settings.model import Settings


@dataclass(frozen=True)
class Watched:
    """The resources of one stage that alarms and dashboards look at."""

    functions: dict[str, Function]
    dead_letters: Queue
    queue: Queue
    missed_starts: Queue
    undelivered_execution_events: IQueue
    machine: StateMachine
    api: RestApi
    firewall: WebAcl | None
    cluster: DatabaseCluster
    proxy: DatabaseProxy | None


def measured(settings: Settings, service: str, name: str, statistic: str, period: Duration = PERIOD) -> Metric:
    """A metric that a function of ours emits: `service` is the function's name."""
    dimensions = {"service": service, "stage": settings.stage}
    return Metric(namespace=METRICS_NAMESPACE, metric_name=name, dimensions_map=dimensions, statistic=statistic, period=period)
