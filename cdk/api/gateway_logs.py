"""Logs of API Gateway: access log, execution log, and the metrics that filters count in the access log."""

from __future__ import annotations

import json

from aws_cdk.aws_apigateway import AccessLogFormat, LogGroupLogDestination, MethodLoggingLevel, RestApi, StageOptions
from aws_cdk.aws_logs import FilterPattern, LogGroup, MetricFilter
from constructs import Construct

from cdk.common.log_group import create_log_group
from cdk.settings.model import Settings
from contracts.metrics import NAMESPACE, PlatformMetric

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
    """Return the options of an API stage with throttling, tracing and logs."""
    return StageOptions(
        stage_name=settings.stage,
        metrics_enabled=False,  # per method, billed as custom metrics; nearly every route is served by one method
        tracing_enabled=True,
        logging_level=MethodLoggingLevel.ERROR,
        throttling_rate_limit=settings.api_rate_limit,
        throttling_burst_limit=settings.api_burst_limit,
        access_log_destination=LogGroupLogDestination(access_logs),
        access_log_format=AccessLogFormat.custom(json.dumps(ACCESS_LOG)),
    )


def add_execution_logs(scope: Construct, api: RestApi, settings: Settings) -> None:
    """Create the group that API Gateway would create itself, without retention and outside the stack."""
    name = f"API-Gateway-Execution-Logs_{api.rest_api_id}/{settings.stage}"
    api.deployment_stage.node.add_dependency(create_log_group(scope, "ExecutionLogs", settings, name))


def count_authentication_failures(scope: Construct, access_logs: LogGroup) -> None:
    """Count requests without a valid token: the metrics of API Gateway do not separate 401 from other 4xx."""
    MetricFilter(
        scope,
        "AuthenticationFailures",
        log_group=access_logs,
        filter_pattern=FilterPattern.string_value("$.status", "=", "401"),
        metric_namespace=NAMESPACE,
        metric_name=str(PlatformMetric.AUTHENTICATION_FAILURES),
        dimensions=PlatformMetric.AUTHENTICATION_FAILURES.dimensions("$.stage"),
    )


def measure_throttled_share(scope: Construct, access_logs: LogGroup) -> None:
    """Emit 1 for each request that was throttled (429) and 0 for any other, so that the average is the share."""
    for name, equals, value in (("Throttled", "=", "1"), ("NotThrottled", "!=", "0")):
        MetricFilter(
            scope,
            name,
            log_group=access_logs,
            filter_pattern=FilterPattern.string_value("$.status", equals, "429"),
            metric_namespace=NAMESPACE,
            metric_name=str(PlatformMetric.THROTTLED_SHARE),
            metric_value=value,
            dimensions=PlatformMetric.THROTTLED_SHARE.dimensions("$.stage"),
        )
