"""Alarms: the shipped emulator mixes the metrics of all resources, and knows no periods, no M out of N and no missing data.

Ours are evaluated as CloudWatch documents it: the metric with exactly the alarm's dimensions, period by period, and after every change
of data as well as every few seconds, since silence can be an alarm too. Composite alarms of templates work.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import cloudwatch

from local.emulator import handlers
from local.emulator.settings import EmulatorSettings
from local.emulator_process import ACCOUNT, REGION

Alarm = Mapping[str, Any]
Point = Mapping[str, Any]
TICK_S = 5
COMPARE: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}
MISSING = {"breaching": True, "notBreaching": False}


def install(settings: EmulatorSettings) -> None:
    """Evaluate alarms by our rules, and again and again."""
    cloudwatch._evaluate_alarm = evaluate
    handlers.record("AWS::CloudWatch::CompositeAlarm", _put_composite, named="AlarmName")
    handlers.before_delete("AWS::CloudWatch::CompositeAlarm", _delete_composite)
    threading.Thread(target=_evaluate_for_ever, daemon=True, name="alarms").start()


def evaluate(alarm: dict[str, Any], now: float | None = None) -> None:
    """Bring one alarm to the state that its data say, and tell whom it tells."""
    moment = time.time() if now is None else now
    state, reason = judge(alarm, _points(alarm), moment)
    before = alarm["StateValue"]
    if state == before:
        return
    alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=int(moment))
    cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)


def judge(alarm: Alarm, points: Sequence[Point], now: float) -> tuple[str, str]:
    """The state of an alarm and why: how many of its last periods breach, silence counted as the alarm says."""
    count, needed = int(alarm["EvaluationPeriods"]), int(alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"])
    values = [_value(alarm, part) for part in _periods(points, int(alarm["Period"]), count, now)]
    silence = MISSING.get(alarm.get("TreatMissingData", "missing"))
    breaching = [silence if value is None else COMPARE[alarm["ComparisonOperator"]](value, alarm["Threshold"]) for value in values]
    if all(breach is None for breach in breaching):
        return "INSUFFICIENT_DATA", f"Insufficient Data: none of the last {count} periods has data"
    state = "ALARM" if sum(breach is True for breach in breaching) >= needed else "OK"
    seen = ", ".join("no data" if value is None else f"{value:g}" for value in values)
    verb = "Threshold Crossed" if state == "ALARM" else "Threshold not crossed"
    return state, f"{verb}: the last {count} periods are [{seen}]; {needed} of them {alarm['ComparisonOperator']} {alarm['Threshold']:g}"


def _periods(points: Sequence[Point], period: int, count: int, now: float) -> list[list[Point]]:
    """The points of the last `count` periods, the newest first; periods end at now."""
    parts: list[list[Point]] = [[] for _ in range(count)]
    for point in points:
        place = int((now - float(point["Timestamp"])) // period)
        if 0 <= place < count:
            parts[place].append(point)
    return parts


def _value(alarm: Alarm, points: list[Point]) -> float | None:
    statistics = cloudwatch._calc_stats(points) if points else None
    if not statistics:
        return None
    value: float | None = cloudwatch._stat_value(statistics, alarm.get("ExtendedStatistic") or alarm.get("Statistic", "Average"), points)
    return value


def _points(alarm: Alarm) -> list[Point]:
    dimensions = {dimension["Name"]: dimension["Value"] for dimension in alarm.get("Dimensions", [])}
    key = (alarm.get("Namespace"), alarm.get("MetricName"), cloudwatch._dims_key(dimensions))
    return list(cloudwatch._metrics.get(key, []))


def _evaluate_for_ever() -> None:
    while True:
        time.sleep(TICK_S)
        with request_scope(ACCOUNT, REGION):
            for alarm in list(cloudwatch._alarms.values()):
                evaluate(alarm)


def _put_composite(name: str, properties: handlers.Properties) -> handlers.Attributes:
    status, _, body = cloudwatch._put_composite_alarm({}, {**properties, "AlarmName": name}, False, True)
    if status >= 400:
        raise ValueError(f"the composite alarm {name} was refused: {body!r}")
    return {"Arn": cloudwatch._composite_alarms[name]["AlarmArn"]}


def _delete_composite(name: str, properties: handlers.Properties) -> None:
    cloudwatch._composite_alarms.pop(name, None)
