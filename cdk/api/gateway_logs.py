"""What the API's edge writes down: a line for each request, what the gateway says of itself when it fails, and who had no valid token."""

from __future__ import annotations

import json

from aws_cdk.aws_apigateway import AccessLogFormat, LogGroupLogDestination, MethodLoggingLevel, RestApi, StageOptions
from aws_cdk.aws_logs import FilterPattern, LogGroup, MetricFilter
from constructs import Construct

from cdk.common.log_group import log_group
from cdk.settings.model import Settings
from contracts.metrics import NAMESPACE, Metric

ACCESS_LOG = {
    "request_id": "$context.requestId",
    "time": "$context.requestTime",
    "stage": "$context.stage",
    "client": "$context.authorizer.claims.client_id",
    "ip": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "latency_ms": "$context.responseLatency",
    "integration_ms": "$context.integrationLatency",
    "error": "$context.error.message",
    "trace_id": "$context.xrayTraceId",
}


def stage_options(settings: Settings, access_logs: LogGroup) -> StageOptions:
    """A stage that is throttled, traced and logged."""
    return StageOptions(
        stage_name=settings.stage,
        metrics_enabled=False,  # by method, at the price of custom metrics: one method answers for nearly every route
        tracing_enabled=True,
        logging_level=MethodLoggingLevel.ERROR,
        throttling_rate_limit=settings.api_rate_limit,
        throttling_burst_limit=settings.api_burst_limit,
        access_log_destination=LogGroupLogDestination(access_logs),
        access_log_format=AccessLogFormat.custom(json.dumps(ACCESS_LOG)),
    )


def bound_execution_logs(scope: Construct, api: RestApi, settings: Settings) -> None:
    """Make the group that API Gateway would make by itself, to keep for ever and to outlive the stack."""
    name = f"API-Gateway-Execution-Logs_{api.rest_api_id}/{settings.stage}"
    api.deployment_stage.node.add_dependency(log_group(scope, "ExecutionLogs", settings, name))


def count_strangers(scope: Construct, access_logs: LogGroup) -> None:
    """How many requests had no valid token: the gateway's own metrics do not tell 401 from other refusals."""
    MetricFilter(
        scope,
        "Strangers",
        log_group=access_logs,
        filter_pattern=FilterPattern.string_value("$.status", "=", "401"),
        metric_namespace=NAMESPACE,
        metric_name=str(Metric.AUTHENTICATION_FAILURES),
        dimensions=Metric.AUTHENTICATION_FAILURES.dimensions("$.stage"),
    )


def measure_throttled(scope: Construct, access_logs: LogGroup) -> None:
    """Which share of the requests was too many: 1 for each that was answered 429 and 0 for any other, so that the average is the share."""
    for name, equals, value in (("Throttled", "=", "1"), ("NotThrottled", "!=", "0")):
        MetricFilter(
            scope,
            name,
            log_group=access_logs,
            filter_pattern=FilterPattern.string_value("$.status", equals, "429"),
            metric_namespace=NAMESPACE,
            metric_name=str(Metric.THROTTLED_SHARE),
            metric_value=value,
            dimensions=Metric.THROTTLED_SHARE.dimensions("$.stage"),
        )
