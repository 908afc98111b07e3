"""The resources that alarms and dashboards read metrics of."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk.aws_apigateway import RestApi
from aws_cdk.aws_lambda import Function
from aws_cdk.aws_rds import DatabaseCluster, DatabaseProxy
from aws_cdk.aws_sqs import IQueue, Queue
from aws_cdk.aws_stepfunctions import StateMachine

from cdk.api.web_acl import WebAcl


@dataclass(frozen=True)
class MonitoredResources:
    """The monitored resources of one stage; the four queues hold objects to ingest and what could not be processed."""

    functions: dict[str, Function]
    ingestion_queue: Queue
    ingestion_dead_letters: Queue
    missed_starts: Queue
    undelivered_execution_events: IQueue
    machine: StateMachine
    api: RestApi
    firewall: WebAcl | None
    cluster: DatabaseCluster
    proxy: DatabaseProxy | None
