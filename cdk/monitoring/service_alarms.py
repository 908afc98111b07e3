"""Alarms on the API, its firewall and the functions."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk.aws_lambda import Function

from cdk.api.web_acl import WebAcl
from cdk.common.metrics import PERIOD, platform_metric
from cdk.compute.function_specs import API, DATA_PROCESSOR
from cdk.monitoring.alarms import AlarmSpec, Condition, page, ticket
from cdk.monitoring.causes import function_alarm
from cdk.monitoring.monitored_resources import MonitoredResources
from cdk.settings.model import Settings
from contracts.alarms import AlarmName
from contracts.metrics import PlatformMetric

ERROR_BUDGET = 0.001
"""Share of failed requests that an availability of 99.9 % in 30 days allows."""
FAST_BURN, SLOW_BURN = 14.4 * ERROR_BUDGET, 6 * ERROR_BUDGET
"""Error rates that use up the budget of 30 days in two days, and in five."""
MINIMUM_REQUESTS = 100  # per hour; with fewer, one error is a large share
CLIENT_ERROR_SHARE = 0.2
THROTTLED_SHARE = 0.05
LATENCY_MS = 1500
BLOCKED_REQUESTS = 100
AUTHENTICATION_FAILURES = 50
# Invoked at any rate from outside. The steps of a run are invoked one by one: RunSlow and RunFailed cover them.
INVOKED_FROM_OUTSIDE = (DATA_PROCESSOR.name, API.name)


def api_alarms(settings: Settings, resources: MonitoredResources) -> list[AlarmSpec]:
    """Return the alarms on errors, latency and rejected requests of the API."""
    latency = resources.api.metric_latency(period=PERIOD, statistic="p99")
    client_error_share = resources.api.metric_client_error(period=PERIOD, statistic="Average")
    authentication_failures = platform_metric(settings, PlatformMetric.AUTHENTICATION_FAILURES, "Sum")
    throttled_share = platform_metric(settings, PlatformMetric.THROTTLED_SHARE, "Average")
    return [
        _burn_rate(resources, str(AlarmName.API_ERRORS_FAST), FAST_BURN, (Duration.minutes(5), Duration.hours(1)), "two days"),
        _burn_rate(resources, str(AlarmName.API_ERRORS_SLOW), SLOW_BURN, (Duration.minutes(30), Duration.hours(6)), "five days"),
        ticket("ApiLatency", "api-latency", "The slowest 1 % of requests took 1.5 seconds or more.", Condition(latency, LATENCY_MS, 2, 3)),
        ticket(
            str(AlarmName.API_REFUSALS),
            "api-refusals",
            "20 % of requests get a 4xx response.",
            Condition(client_error_share, CLIENT_ERROR_SHARE, 3, 3),
        ),
        page(
            "AuthenticationFailures",
            "authentication-failures",
            "50 requests in five minutes had no valid token.",
            Condition(authentication_failures, AUTHENTICATION_FAILURES),
        ),
        ticket(
            str(AlarmName.API_THROTTLED),
            "api-throttled",
            "5 % of requests are throttled (429).",
            Condition(throttled_share, THROTTLED_SHARE, 3, 3),
        ),
        *([_firewall_blocks(resources.firewall)] if resources.firewall else []),
        *([_canary_fails(settings)] if settings.canary_minutes else []),
    ]


def function_alarms(functions: dict[str, Function]) -> list[AlarmSpec]:
    """Return an alarm on the errors of every function; for those invoked from outside, on throttling and duration too."""
    outside = {name: functions[name] for name in INVOKED_FROM_OUTSIDE}
    return [
        *(_function_errors(name, function) for name, function in functions.items()),
        *(_function_throttles(name, function) for name, function in outside.items()),
        *(_function_duration(name, function) for name, function in outside.items()),
    ]


def _function_errors(name: str, function: Function) -> AlarmSpec:
    condition = Condition(function.metric_errors(period=PERIOD), 1, of=2, periods=3)
    return ticket(function_alarm(name, "Errors"), "function-errors", f"The function {name} fails.", condition)


def _function_throttles(name: str, function: Function) -> AlarmSpec:
    condition = Condition(function.metric_throttles(period=PERIOD), 1)
    return ticket(function_alarm(name, "Throttled"), "function-throttled", f"The function {name} is throttled.", condition)


def _function_duration(name: str, function: Function) -> AlarmSpec:
    assert function.timeout is not None
    condition = Condition(function.metric_duration(period=PERIOD, statistic="p99"), 0.8 * function.timeout.to_milliseconds(), 2, 3)
    return ticket(function_alarm(name, "Slow"), "function-slow", f"The function {name} uses 80 % of its timeout.", condition)


def _burn_rate(resources: MonitoredResources, name: str, share: float, windows: tuple[Duration, Duration], exhausted_in: str) -> AlarmSpec:
    """Return a multi-window burn-rate alarm: the short window clears it soon, the long one ignores spikes; both need traffic."""
    errors = [Condition(resources.api.metric_server_error(period=window, statistic="Average"), share) for window in windows]
    traffic = Condition(resources.api.metric_count(period=Duration.hours(1), statistic="SampleCount"), MINIMUM_REQUESTS)
    description = f"The API fails (5xx): at this rate the error budget of a month is used up in {exhausted_in}."
    return page(name, "api-errors", description, *errors, traffic)


def _firewall_blocks(firewall: WebAcl) -> AlarmSpec:
    condition = Condition(firewall.metric("BlockedRequests"), BLOCKED_REQUESTS, of=2, periods=3)
    return ticket(str(AlarmName.API_BLOCKED), "api-blocked", "The firewall blocked 100 requests in five minutes.", condition)


def _canary_fails(settings: Settings) -> AlarmSpec:
    canary_passed = platform_metric(settings, PlatformMetric.CANARY_PASSED, "Minimum", Duration.minutes(settings.canary_minutes))
    return page(
        str(AlarmName.CANARY_FAILED),
        "canary-failed",
        "Test requests of the canary to the API failed.",
        Condition(canary_passed, 1, of=2, periods=3, below=True),
    )
