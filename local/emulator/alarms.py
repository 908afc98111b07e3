"""CloudWatch alarms: the emulator mixes the metrics of all resources and ignores periods, M out of N and missing data.

This extension evaluates alarms as CloudWatch documents it: the metric with exactly the alarm's dimensions, period by period, after every
change of data and every few seconds, since missing data can raise an alarm. Composite alarms of templates work too, also with a suppressor.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from ministack.core.responses import request_scope
from ministack.services import cloudwatch

from local.emulator import resource_handlers
from local.emulator.json_types import JsonObject, JsonView
from local.emulator.resource_handlers import Attributes, Properties
from local.emulator.settings import ACCOUNT, REGION, EmulatorSettings
from local.emulator.suppression import PROPERTIES, Suppression

EVALUATION_INTERVAL_S = 5
COMPARE: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}
MISSING_DATA_BREACHES = {"breaching": True, "notBreaching": False}
"""By TreatMissingData, whether a period without data breaches; with other values such a period is ignored."""


def install(settings: EmulatorSettings) -> None:
    """Replace the emulator's evaluation, and evaluate all alarms periodically."""
    suppression = Suppression(cloudwatch._dispatch_alarm_actions, _find_alarm)
    cloudwatch._evaluate_alarm = evaluate
    cloudwatch._dispatch_alarm_actions = suppression.dispatch
    resource_handlers.register_stub("AWS::CloudWatch::CompositeAlarm", _put_composite, name_property="AlarmName")
    resource_handlers.run_before_delete("AWS::CloudWatch::CompositeAlarm", _delete_composite)
    threading.Thread(target=_evaluate_periodically, args=(suppression,), daemon=True, name="alarms").start()


def evaluate(alarm: JsonObject, now: float | None = None) -> None:
    """Update the state of one alarm from its data; when the state changes, run its actions and evaluate the composites it is part of."""
    moment = time.time() if now is None else now
    state, reason = evaluate_state(alarm, _find_points(alarm), moment)
    before = alarm["StateValue"]
    if state == before:
        return
    alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=int(moment))
    cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)


def evaluate_state(alarm: JsonView, points: Sequence[JsonView], now: float) -> tuple[str, str]:
    """Return the state of an alarm and the reason, from how many of its last periods breach the threshold."""
    periods, datapoints = int(alarm["EvaluationPeriods"]), int(alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"])
    values = [_calculate(alarm, part) for part in _split_by_period(points, int(alarm["Period"]), periods, now)]
    missing_breaches = MISSING_DATA_BREACHES.get(alarm.get("TreatMissingData", "missing"))
    compare, threshold = COMPARE[alarm["ComparisonOperator"]], alarm["Threshold"]
    breaches = [missing_breaches if value is None else compare(value, threshold) for value in values]
    if all(breach is None for breach in breaches):
        return "INSUFFICIENT_DATA", f"Insufficient Data: none of the last {periods} periods has data"
    state = "ALARM" if sum(breach is True for breach in breaches) >= datapoints else "OK"
    values_text = ", ".join("no data" if value is None else f"{value:g}" for value in values)
    result = "Threshold Crossed" if state == "ALARM" else "Threshold not crossed"
    rule = f"{datapoints} of them {alarm['ComparisonOperator']} {threshold:g}"
    return state, f"{result}: the last {periods} periods are [{values_text}]; {rule}"


def _split_by_period(points: Sequence[JsonView], seconds: int, periods: int, now: float) -> list[list[JsonView]]:
    """Return the points of each of the last periods, the newest period first; it ends now."""
    parts: list[list[JsonView]] = [[] for _ in range(periods)]
    for point in points:
        age = int((now - float(point["Timestamp"])) // seconds)
        if 0 <= age < periods:
            parts[age].append(point)
    return parts


def _calculate(alarm: JsonView, points: list[JsonView]) -> float | None:
    """Return the alarm's statistic of the points, or None without points."""
    statistics = cloudwatch._calc_stats(points) if points else None
    if not statistics:
        return None
    value: float | None = cloudwatch._stat_value(statistics, alarm.get("ExtendedStatistic") or alarm.get("Statistic", "Average"), points)
    return value


def _find_points(alarm: JsonView) -> list[JsonView]:
    dimensions = {dimension["Name"]: dimension["Value"] for dimension in alarm.get("Dimensions", [])}
    key = (alarm.get("Namespace"), alarm.get("MetricName"), cloudwatch._dims_key(dimensions))
    return list(cloudwatch._metrics.get(key, []))


def _evaluate_periodically(suppression: Suppression) -> None:
    while True:
        time.sleep(EVALUATION_INTERVAL_S)
        with request_scope(ACCOUNT, REGION):
            for alarm in list(cloudwatch._alarms.values()):
                evaluate(alarm)
            suppression.update()


def _find_alarm(name: str) -> JsonObject | None:
    alarm: JsonObject | None = cloudwatch._alarms.get(name) or cloudwatch._composite_alarms.get(name)
    return alarm


def _put_composite(name: str, properties: Properties) -> Attributes:
    status, _, body = cloudwatch._put_composite_alarm({}, {**properties, "AlarmName": name}, False, True)
    if status >= 400:
        raise ValueError(f"the composite alarm {name} was rejected: {body!r}")
    alarm = cloudwatch._composite_alarms[name]
    alarm.update({key: properties[key] for key in PROPERTIES if key in properties})
    return {"Arn": alarm["AlarmArn"]}


def _delete_composite(name: str, properties: Properties) -> None:
    cloudwatch._composite_alarms.pop(name, None)
