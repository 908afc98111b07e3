"""Whom the twin's firewall blocks."""

from __future__ import annotations

from typing import Any

import pytest

from local.emulator.web_acls import RateCounter, first_match


class Clock:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def rate_rule(name: str = "Rate", priority: int = 0, **statement: Any) -> dict[str, Any]:
    rated = {"Limit": 3, "EvaluationWindowSec": 60, "AggregateKeyType": "IP", **statement}
    return {"Name": name, "Priority": priority, "Action": {"Block": {}}, "Statement": {"RateBasedStatement": rated}}


BY_TOKEN: dict[str, Any] = {"AggregateKeyType": "CUSTOM_KEYS", "CustomKeys": [{"Header": {"Name": "Authorization"}}]}
LONG = {"SingleHeader": {"Name": "content-length"}}
BODY = {
    "Name": "Body",
    "Priority": 1,
    "Action": {"Block": {"CustomResponse": {"ResponseCode": 413}}},
    "Statement": {"RegexMatchStatement": {"FieldToMatch": LONG, "RegexString": "^[0-9]{7,}$"}},
}


def blocked_by(rules: list[dict[str, Any]], counter: RateCounter, **headers: str) -> str | None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    rule = first_match({"ARN": "acl", "Rules": rules}, named, counter)
    return rule["Name"] if rule else None


def test_the_request_after_the_limit_is_blocked_until_the_window_has_moved_on(clock: Clock) -> None:
    counter = RateCounter(clock)
    assert [blocked_by([rate_rule()], counter) for _ in range(5)] == [None, None, None, "Rate", "Rate"]
    clock.now = 61
    assert blocked_by([rate_rule()], counter) is None


def test_addresses_are_counted_apart(clock: Clock) -> None:
    counter = RateCounter(clock)
    for _ in range(3):
        blocked_by([rate_rule()], counter, x_forwarded_for="203.0.113.1, 10.0.0.1")
    assert blocked_by([rate_rule()], counter, x_forwarded_for="203.0.113.1") == "Rate"
    assert blocked_by([rate_rule()], counter, x_forwarded_for="203.0.113.2") is None


def test_tokens_are_counted_apart_and_who_has_none_is_not(clock: Clock) -> None:
    counter, rules = RateCounter(clock), [rate_rule(**BY_TOKEN)]
    assert [blocked_by(rules, counter, authorization="Bearer one") for _ in range(4)] == [None, None, None, "Rate"]
    assert blocked_by(rules, counter, authorization="Bearer two") is None
    assert [blocked_by(rules, counter) for _ in range(5)] == [None] * 5


def test_rules_are_asked_in_the_order_of_their_priority(clock: Clock) -> None:
    rules = [rate_rule("Second", 5, Limit=0), rate_rule("First", 2, Limit=0)]
    assert blocked_by(rules, RateCounter(clock)) == "First"


def test_a_declared_length_is_judged_by_its_digits(clock: Clock) -> None:
    counter = RateCounter(clock)
    assert blocked_by([BODY], counter, content_length="1000000") == "Body"
    assert blocked_by([BODY], counter, content_length="999999") is None
    assert blocked_by([BODY], counter) is None


def test_managed_groups_and_counting_rules_let_pass(clock: Clock) -> None:
    group = {"Name": "Common", "Priority": 0, "OverrideAction": {"None": {}}, "Statement": {"ManagedRuleGroupStatement": {}}}
    counting = {**rate_rule(Limit=0), "Action": {"Count": {}}}
    assert blocked_by([group, counting], RateCounter(clock)) is None
