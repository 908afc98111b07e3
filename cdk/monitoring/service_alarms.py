"""Alarms of what serves: the API, its firewall, the functions."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk.aws_lambda import Function

from cdk.api.web_acl import WebAcl
from cdk.monitoring.alarms import PERIOD, Reading, Watch, page, ticket
from cdk.monitoring.targets import Watched, measured
from cdk.settings.model import Settings
from contracts.metrics import Metric

# The error budget of an availability of 99.9 % in 30 days. Spent 14.4 times as fast it lasts two days, six times as fast five.
BUDGET = 0.001
FAST, SLOW = 14.4 * BUDGET, 6 * BUDGET
ENOUGH_REQUESTS = 100  # per hour; below it one error is a large share
REFUSED_SHARE = 0.2
THROTTLED_SHARE = 0.05
LATENCY_MS = 1500
BLOCKED = 100
AUTHENTICATION_FAILURES = 50
# Called at any rate from outside. Steps of a run come one at a time: what delays them is seen as RunSlow, what stops them as RunFailed.
CALLED_FROM_OUTSIDE = ("data_processor", "api")


def api_watches(settings: Settings, watched: Watched) -> list[Watch]:
    """Do consumers get answers, in time?"""
    latency = watched.api.metric_latency(period=PERIOD, statistic="p99")
    refused = watched.api.metric_client_error(period=PERIOD, statistic="Average")
    strangers = measured(settings, Metric.AUTHENTICATION_FAILURES, "Sum")
    throttled = measured(settings, Metric.THROTTLED_SHARE, "Average")
    return [
        _burn(watched, "ApiErrorsFast", FAST, Duration.minutes(5), Duration.hours(1), "The API fails: its error budget lasts two days."),
        _burn(watched, "ApiErrorsSlow", SLOW, Duration.minutes(30), Duration.hours(6), "The API fails: its error budget lasts five days."),
        ticket("ApiLatency", "api-latency", "The slowest percent of answers took 1.5 seconds.", Reading(latency, LATENCY_MS, 2, 3)),
        ticket("ApiRefusals", "api-refusals", "A fifth of all requests is refused (4xx).", Reading(refused, REFUSED_SHARE, 3, 3)),
        page(
            "AuthenticationFailures",
            "authentication-failures",
            "50 requests in five minutes had no valid token.",
            Reading(strangers, AUTHENTICATION_FAILURES),
        ),
        ticket("ApiThrottled", "api-throttled", "One request of 20 is one too many (429).", Reading(throttled, THROTTLED_SHARE, 3, 3)),
        *([_blocked(watched.firewall)] if watched.firewall else []),
        *([_canary(settings)] if settings.canary_minutes else []),
    ]


def function_watches(functions: dict[str, Function]) -> list[Watch]:
    """Do functions end well? Lambda's metrics of every function, and of those called from outside whether they keep up."""
    errors = [_errors(name, function) for name, function in functions.items()]
    outside = {name: functions[name] for name in CALLED_FROM_OUTSIDE}
    return errors + [_throttled(*one) for one in outside.items()] + [_slow(*one) for one in outside.items()]


def _errors(name: str, function: Function) -> Watch:
    reading = Reading(function.metric_errors(period=PERIOD), 1, 2, 3)
    return ticket(f"{_label(name)}FunctionErrors", "function-errors", f"The function {name} fails.", reading)


def _throttled(name: str, function: Function) -> Watch:
    reading = Reading(function.metric_throttles(period=PERIOD), 1)
    return ticket(f"{_label(name)}FunctionThrottled", "function-throttled", f"The function {name} is throttled.", reading)


def _slow(name: str, function: Function) -> Watch:
    assert function.timeout is not None
    reading = Reading(function.metric_duration(period=PERIOD, statistic="p99"), 0.8 * function.timeout.to_milliseconds(), 2, 3)
    return ticket(f"{_label(name)}FunctionSlow", "function-slow", f"The function {name} needs 80 % of its time-out.", reading)


def _burn(watched: Watched, name: str, share: float, short: Duration, long: Duration, meaning: str) -> Watch:
    """Both windows burn: the long one says that it matters, the short one that it still goes on; neither counts without traffic."""
    errors = [Reading(watched.api.metric_server_error(period=period, statistic="Average"), share) for period in (short, long)]
    traffic = Reading(watched.api.metric_count(period=Duration.hours(1), statistic="SampleCount"), ENOUGH_REQUESTS)
    return page(name, "api-errors", meaning, *errors, traffic)


def _blocked(firewall: WebAcl) -> Watch:
    reading = Reading(firewall.metric("BlockedRequests"), BLOCKED, 2, 3)
    return ticket("ApiBlocked", "api-blocked", "The firewall blocked 100 requests in five minutes.", reading)


def _canary(settings: Settings) -> Watch:
    passed = measured(settings, Metric.CANARY_PASSED, "Minimum", Duration.minutes(settings.canary_minutes))
    return page(
        "CanaryFailed",
        "canary-failed",
        "A consumer of our own did not get what it asked the API for.",
        Reading(passed, 1, 2, 3, below=True),
    )


def _label(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
