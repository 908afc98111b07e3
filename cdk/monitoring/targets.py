"""What a stage consists of, as far as it can be watched."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Duration, aws_cloudwatch
from aws_cdk.aws_apigateway import RestApi
from aws_cdk.aws_lambda import Function
from aws_cdk.aws_rds import DatabaseCluster, DatabaseProxy
from aws_cdk.aws_sqs import IQueue, Queue
from aws_cdk.aws_stepfunctions import StateMachine

from cdk.api.web_acl import WebAcl
from cdk.monitoring.alarms import PERIOD
from cdk.settings.model import Settings
from contracts.metrics import NAMESPACE, Metric


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


def measured(settings: Settings, metric: Metric, statistic: str, period: Duration = PERIOD) -> aws_cloudwatch.Metric:
    """A metric of the platform in this stage."""
    return aws_cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=str(metric),
        dimensions_map=metric.dimensions(settings.stage),
        statistic=statistic,
        period=period,
    )
