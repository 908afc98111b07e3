"""When a receiver is notified of an alarm, and what the notice says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from typing_extensions import override

from runtime import bootstrap
from runtime.functions import slack_notifier
from runtime.models.domain.notices import AlarmChange, AlarmCondition, Notice, format_duration
from runtime.services.notifications.alarm_notification import AlarmNotification
from runtime.services.ports import AlarmRecords, Webhook
from tests.unit.runtime.notifications.conftest import NOON

ALARM = "Signify-prod-Monitoring-AlarmsRunFailed0A1B2C3D-1ABCDEFGH"
CONSOLE = "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#alarmsV2:alarm/"
CONDITION = AlarmCondition("ExecutionsFailed", "Sum", "GreaterThanOrEqualToThreshold", 1.0, "Threshold Crossed: 1 datapoint [2.0]")


@dataclass
class Records(AlarmRecords):
    """The history of one alarm, the newest state first."""

    states: list[tuple[str, datetime]] = field(default_factory=list)

    @override
    def find_states(self, alarm: str) -> Sequence[tuple[str, datetime]]:
        return self.states

    @override
    def find_conditions(self, alarm: str) -> Sequence[AlarmCondition]:
        return [CONDITION]


@dataclass
class Messages(Webhook):
    """The messages of a channel."""

    documents: list[Mapping[str, object]] = field(default_factory=list)

    @override
    def send(self, document: Mapping[str, object]) -> None:
        self.documents.append(document)


class World:
    """An alarm whose states follow each other by ten minutes, as CloudWatch publishes and records them."""

    def __init__(self) -> None:
        self.records, self.webhook, self.now, self.state = Records(), Messages(), NOON, "INSUFFICIENT_DATA"
        self.notification = AlarmNotification(self.records, self.webhook, self._render, "prod", "eu-central-1")
        self.notices: list[Notice] = []

    def _render(self, notice: Notice) -> Mapping[str, object]:
        self.notices.append(notice)
        return {"title": notice.title}

    def change(self, state: str) -> str:
        self.now += timedelta(minutes=10)
        self.records.states.insert(0, (state, self.now))
        description = "https://example.com/runbooks/run-failed.md [page] A run failed; clients read the last published run."
        change = AlarmChange(ALARM, description, self.state, state, "Threshold Crossed", self.now)
        self.state = state
        return self.notification.notify(change)


@pytest.mark.parametrize(
    ("states", "messages"),
    [
        ("OK ALARM OK ALARM OK", "- begin over begin over"),
        ("ALARM OK", "begin over"),  # a new alarm that is on at once
        ("OK", "-"),  # a new alarm: the deploy of forty alarms sends nothing
        ("OK INSUFFICIENT_DATA OK", "- - -"),
        ("OK ALARM INSUFFICIENT_DATA ALARM OK", "- begin - - over"),
        ("OK ALARM INSUFFICIENT_DATA OK", "- begin - over"),
        ("OK INSUFFICIENT_DATA INSUFFICIENT_DATA ALARM", "- - - begin"),
    ],
)
def test_one_message_begins_an_alarm_and_one_ends_it(states: str, messages: str) -> None:
    world = World()
    outcomes = [world.change(state) for state in states.split()]
    assert " ".join(outcomes).replace("nothing", "-") == messages
    assert len(world.webhook.documents) == len([each for each in outcomes if each != "nothing"])


def test_the_first_notice_says_what_since_when_how_much_and_where_to_read_on() -> None:
    world = World()
    world.change("OK")
    world.change("ALARM")
    [notice] = world.notices
    assert notice == Notice(
        title="Page: RunFailed (prod)",
        meaning="A run failed; clients read the last published run.",
        facts={"Since": "2026-11-29 12:20 UTC", "Threshold": "ExecutionsFailed (Sum) ≥ 1", "Value": CONDITION.reason},
        links={"Runbook": "https://example.com/runbooks/run-failed.md", "CloudWatch": f"{CONSOLE}{ALARM}"},
        is_page=True,
    )


def test_the_last_notice_says_how_long_it_took_across_missing_data() -> None:
    world = World()
    for state in ("OK", "ALARM", "INSUFFICIENT_DATA", "OK"):
        world.change(state)
    notice = world.notices[-1]
    assert (notice.title, notice.is_over) == ("Over: RunFailed (prod)", True)
    assert notice.facts["Was on"] == "2026-11-29 12:20 UTC to 2026-11-29 12:40 UTC, 20 min"


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "0 min"), (59.6, "1 h"), (90, "1 h 30 min"), (1440, "1 d"), (1560, "1 d 2 h"), (3005, "2 d 2 h")]
)
def test_a_duration_has_at_most_two_units(minutes: float, text: str) -> None:
    assert format_duration(timedelta(minutes=minutes)) == text


def sns_event(message: str, subject: str | None = None) -> dict[str, Any]:
    return {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": message, "Subject": subject, "TopicArn": "arn:aws:sns:x"}}]}


@pytest.fixture
def world() -> World:
    return World()


def invoke(world: World, event: dict[str, Any]) -> Mapping[str, object]:
    services = bootstrap.Services(bootstrap.Adapters(bootstrap.AwsClients()))
    services.slack_notification = world.notification
    context = SimpleNamespace(function_name="f", memory_limit_in_mb=128, invoked_function_arn="arn:aws:lambda:f", aws_request_id="r")
    with bootstrap.use(services):
        return slack_notifier.handler(event, context)  # type: ignore[arg-type]


def test_the_function_reads_the_message_of_cloudwatch(world: World) -> None:
    message = {
        "AlarmName": ALARM,
        "AlarmDescription": "docs/runbooks/run-failed.md [ticket] It failed.",
        "AWSAccountId": "123456789012",
        "NewStateValue": "ALARM",
        "NewStateReason": "Threshold Crossed",
        "StateChangeTime": "2026-11-29T12:00:00.000+0000",
        "Region": "EU (Frankfurt)",
        "OldStateValue": "OK",
        "Trigger": {"MetricName": "ExecutionsFailed"},
    }
    assert invoke(world, sns_event(json.dumps(message))) == {"messages": ["begin"]}
    assert (world.notices[0].title, world.notices[0].facts["Since"]) == ("Ticket: RunFailed (prod)", "2026-11-29 12:00 UTC")


@pytest.mark.parametrize("text", ["Your budget was exceeded", '{"account": 1}', "[1]", "17"])
def test_other_messages_are_passed_on_as_they_are(world: World, text: str) -> None:
    assert invoke(world, sns_event(text, "AWS Budgets: Signify")) == {"messages": ["text"]}
    assert (world.notices[0].title, world.notices[0].meaning) == ("AWS Budgets: Signify (prod)", text)


def test_an_error_of_the_webhook_fails_the_invocation_so_that_it_is_repeated(world: World) -> None:
    from runtime.errors import Unavailable

    def refuse(document: Mapping[str, object]) -> None:
        raise Unavailable("busy")

    setattr(world.webhook, "send", refuse)  # noqa: B010 - the type checker refuses the assignment
    with pytest.raises(Unavailable, match="busy"):
        invoke(world, sns_event("text"))
