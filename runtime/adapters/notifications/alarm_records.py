"""CloudWatch's records of an alarm: its history and its conditions."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NotRequired, Protocol, TypedDict

from typing_extensions import override

from runtime.adapters.aws.errors import translate_aws_errors
from runtime.models.domain.notices import AlarmCondition
from runtime.services.ports import AlarmRecords

PAGE = 50
CHILD = re.compile(r":alarm:([^\")]+)")
TYPES = ["MetricAlarm", "CompositeAlarm"]


class HistoryItem(TypedDict):
    """A change of state in the history of an alarm; HistoryData is JSON."""

    Timestamp: datetime
    HistoryData: str


class History(TypedDict):
    """A page of history."""

    AlarmHistoryItems: list[HistoryItem]


class MetricAlarm(TypedDict):
    """The part of a metric alarm that is used; an alarm on an expression has no metric of its own."""

    MetricName: NotRequired[str]
    Statistic: NotRequired[str]
    ExtendedStatistic: NotRequired[str]
    ComparisonOperator: str
    Threshold: float
    StateReason: str


class CompositeAlarm(TypedDict):
    """The part of a composite alarm that is used."""

    AlarmRule: str


class AlarmPage(TypedDict):
    """The descriptions of alarms."""

    MetricAlarms: list[MetricAlarm]
    CompositeAlarms: list[CompositeAlarm]


class CloudWatch(Protocol):
    """The part of CloudWatch's client that is used."""

    def describe_alarm_history(
        self,
        *,
        AlarmName: str,  # noqa: N803 - as boto3 has it
        AlarmTypes: list[str],  # noqa: N803
        HistoryItemType: str,  # noqa: N803
        MaxRecords: int,  # noqa: N803
        ScanBy: str,  # noqa: N803
    ) -> History:
        """Return the newest history items first."""

    def describe_alarms(self, *, AlarmNames: list[str], AlarmTypes: list[str]) -> AlarmPage:  # noqa: N803
        """Return the alarms with these names."""


class CloudWatchAlarmRecords(AlarmRecords):
    """AlarmRecords from CloudWatch."""

    def __init__(self, client: CloudWatch) -> None:
        self._client = client

    @override
    def find_states(self, alarm: str) -> Sequence[tuple[str, datetime]]:
        with translate_aws_errors(alarm):
            history = self._client.describe_alarm_history(
                AlarmName=alarm, AlarmTypes=TYPES, HistoryItemType="StateUpdate", MaxRecords=PAGE, ScanBy="TimestampDescending"
            )
        items = history["AlarmHistoryItems"]
        return [(json.loads(item["HistoryData"])["newState"]["stateValue"], item["Timestamp"].astimezone(UTC)) for item in items]

    @override
    def find_conditions(self, alarm: str) -> Sequence[AlarmCondition]:
        page = self._describe([alarm])
        names = [name for composite in page["CompositeAlarms"] for name in CHILD.findall(composite["AlarmRule"])]
        alarms = [*page["MetricAlarms"], *(self._describe(names)["MetricAlarms"] if names else [])]
        return [_condition(each) for each in alarms]

    def _describe(self, names: list[str]) -> AlarmPage:
        with translate_aws_errors(names[0]):
            return self._client.describe_alarms(AlarmNames=names, AlarmTypes=TYPES)


def _condition(alarm: MetricAlarm) -> AlarmCondition:
    return AlarmCondition(
        metric=alarm.get("MetricName") or "expression",
        statistic=alarm.get("Statistic") or alarm.get("ExtendedStatistic") or "value",
        comparison=alarm["ComparisonOperator"],
        threshold=float(alarm["Threshold"]),
        reason=alarm["StateReason"],
    )
