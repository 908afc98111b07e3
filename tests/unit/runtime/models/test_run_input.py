"""The input of an execution."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from runtime.errors import InvalidInput, UnknownInputKey
from runtime.models.domain.run_input import parse_run_input
from runtime.models.domain.runs import Gate


def test_an_empty_input_means_yesterday_28_days_enforced_and_published() -> None:
    parsed_input = parse_run_input({})
    assert (parsed_input.as_of_date, parsed_input.horizon_days, parsed_input.gate, parsed_input.is_for_readers, parsed_input.notify) == (
        None,
        28,
        Gate.ENFORCE,
        True,
        True,
    )


def test_everything_can_be_asked_for() -> None:
    parsed_input = parse_run_input(
        {
            "schema_version": "1",
            "run_type": "full",
            "as_of_date": "2026-11-20",
            "horizon_days": 7,
            "gate": "warn",
            "publish": False,
            "notify": False,
            "requested_by": "console:jane",
            "reason": "late file",
            "idempotency_key": "full-2026-11-20",
        }
    )
    assert (parsed_input.as_of_date, parsed_input.horizon_days, parsed_input.gate, parsed_input.reason) == (
        date(2026, 11, 20),
        7,
        Gate.WARN,
        "late file",
    )


def test_an_unknown_key_is_named_with_the_allowed_ones() -> None:
    with pytest.raises(UnknownInputKey, match=r"unknown keys asof, horizon; allowed: schema_version, run_type, as_of_date, horizon_days"):
        parse_run_input({"horizon": 7, "asof": "2026-11-20", "gate": "warn"})


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"horizon_days": 0}, "horizon_days = 0: input should be greater than or equal to 1"),
        ({"horizon_days": 29}, "horizon_days = 29: input should be less than or equal to 28"),
        ({"horizon_days": "7"}, "horizon_days = '7': input should be a valid integer"),
        ({"run_type": "kpi_only"}, "run_type = 'kpi_only': input should be 'full'"),
        ({"schema_version": "2"}, "schema_version = '2'"),
        ({"as_of_date": "yesterday"}, "as_of_date = 'yesterday': write the date as YYYY-MM-DD"),
        ({"as_of_date": 0}, "as_of_date = 0: write the date as YYYY-MM-DD, in quotes"),
        ({"as_of_date": "1764201600"}, "as_of_date = '1764201600': write the date as YYYY-MM-DD"),
        ({"as_of_date": "2026-11-21T00:00:00Z"}, "write the date as YYYY-MM-DD"),
        ({"reason": "a\0b"}, "reason = 'a\\x00b'"),
        ({"gate": "open"}, "gate = 'open': input should be 'enforce', 'warn' or 'skip'"),
        ({"publish": "no"}, "publish = 'no'"),
        ({"reason": ""}, "reason = ''"),
        ({"idempotency_key": "k" * 256}, "idempotency_key"),
    ],
)
def test_a_wrong_value_is_named(wrong: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InvalidInput) as error_info:
        parse_run_input(wrong)
    assert complaint in str(error_info.value)


@pytest.mark.parametrize("wrong", [None, [], "{}", 3])
def test_something_that_is_no_object_is_refused(wrong: object) -> None:
    with pytest.raises(InvalidInput, match="must be a JSON object"):
        parse_run_input(wrong)


@pytest.mark.parametrize(
    ("raw", "is_for_readers"),
    [
        ({"as_of_date": "2026-05-01"}, False),
        ({"horizon_days": 7}, False),
        ({"as_of_date": "2026-05-01", "publish": True}, True),
        ({"horizon_days": 28}, True),
        ({"publish": False}, False),
    ],
)
def test_a_run_for_a_given_day_or_a_shorter_horizon_is_published_only_on_request(raw: dict[str, object], is_for_readers: bool) -> None:
    assert parse_run_input(raw).is_for_readers is is_for_readers
