"""Rules of the emulator's web ACLs."""

from __future__ import annotations

from typing import Any

import pytest

from local.emulator.web_acls import RateCounter, find_blocking_rule


class Clock:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def make_rate_rule(name: str = "Rate", priority: int = 0, **statement: Any) -> dict[str, Any]:
    rate_statement = {"Limit": 3, "EvaluationWindowSec": 60, "AggregateKeyType": "IP", **statement}
    return {"Name": name, "Priority": priority, "Action": {"Block": {}}, "Statement": {"RateBasedStatement": rate_statement}}


BY_TOKEN: dict[str, Any] = {"AggregateKeyType": "CUSTOM_KEYS", "CustomKeys": [{"Header": {"Name": "Authorization"}}]}
LONG = {"SingleHeader": {"Name": "content-length"}}
BODY = {
    "Name": "Body",
    "Priority": 1,
    "Action": {"Block": {"CustomResponse": {"ResponseCode": 413}}},
    "Statement": {"RegexMatchStatement": {"FieldToMatch": LONG, "RegexString": "^[0-9]{7,}$"}},
}


def find_rule(rules: list[dict[str, Any]], counter: RateCounter, **headers: str) -> str | None:
    http_headers = {name.replace("_", "-"): value for name, value in headers.items()}
    rule = find_blocking_rule({"ARN": "acl", "Rules": rules}, http_headers, counter)
    return rule["Name"] if rule else None


def test_the_request_after_the_limit_is_blocked_until_the_window_has_moved_on(clock: Clock) -> None:
    counter = RateCounter(clock)
    assert [find_rule([make_rate_rule()], counter) for _ in range(5)] == [None, None, None, "Rate", "Rate"]
    clock.now = 61
    assert find_rule([make_rate_rule()], counter) is None


def test_each_address_has_its_own_limit(clock: Clock) -> None:
    counter = RateCounter(clock)
    for _ in range(3):
        find_rule([make_rate_rule()], counter, x_forwarded_for="203.0.113.1, 10.0.0.1")
    assert find_rule([make_rate_rule()], counter, x_forwarded_for="203.0.113.1") == "Rate"
    assert find_rule([make_rate_rule()], counter, x_forwarded_for="203.0.113.2") is None


def test_each_token_has_its_own_limit_and_requests_without_one_have_none(clock: Clock) -> None:
    counter, rules = RateCounter(clock), [make_rate_rule(**BY_TOKEN)]
    assert [find_rule(rules, counter, authorization="Bearer one") for _ in range(4)] == [None, None, None, "Rate"]
    assert find_rule(rules, counter, authorization="Bearer two") is None
    assert [find_rule(rules, counter) for _ in range(5)] == [None] * 5


def test_rules_are_applied_in_the_order_of_their_priority(clock: Clock) -> None:
    rules = [make_rate_rule("Second", 5, Limit=0), make_rate_rule("First", 2, Limit=0)]
    assert find_rule(rules, RateCounter(clock)) == "First"


def test_a_size_rule_blocks_a_content_length_with_seven_digits(clock: Clock) -> None:
    counter = RateCounter(clock)
    assert find_rule([BODY], counter, content_length="1000000") == "Body"
    assert find_rule([BODY], counter, content_length="999999") is None
    assert find_rule([BODY], counter) is None


def test_a_size_rule_blocks_a_query_that_is_longer() -> None:
    statement = {"SizeConstraintStatement": {"FieldToMatch": {"QueryString": {}}, "ComparisonOperator": "GT", "Size": 10}}
    acl = {"ARN": "acl", "Rules": [{"Name": "Query", "Priority": 0, "Action": {"Block": {}}, "Statement": statement}]}
    rules = [find_blocking_rule(acl, {}, RateCounter(), "x" * length) for length in (0, 10, 11)]
    assert [rule and rule["Name"] for rule in rules] == [None, None, "Query"]


def test_managed_groups_and_counting_rules_block_nothing(clock: Clock) -> None:
    group = {"Name": "Common", "Priority": 0, "OverrideAction": {"None": {}}, "Statement": {"ManagedRuleGroupStatement": {}}}
    counting = {**make_rate_rule(Limit=0), "Action": {"Count": {}}}
    assert find_rule([group, counting], RateCounter(clock)) is None
