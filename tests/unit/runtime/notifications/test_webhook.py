"""The webhook against a real HTTP server: retries, refusals, and an address that appears nowhere."""

from __future__ import annotations

import pytest

from runtime.adapters.notifications.webhook import ATTEMPTS, HttpWebhook
from runtime.errors import Misconfigured, SignifyError, Unavailable, UnexpectedResponse
from tests.unit.runtime.notifications.conftest import NAME, Channel, Parameters

OK: tuple[int, dict[str, str], bytes] = (200, {}, b"ok")


def make_webhook(address: str, waits: list[float]) -> HttpWebhook:
    return HttpWebhook(Parameters(address), NAME, waits.append)


def test_a_message_is_posted_once_as_json(channel: Channel) -> None:
    waits: list[float] = []
    make_webhook(channel.address, waits).send({"text": "Über 5 €"})
    assert (channel.messages, channel.content_types, waits) == ([{"text": "Über 5 €"}], ["application/json"], [])


@pytest.mark.parametrize("status", [202, 204])
def test_any_success_is_a_delivery(channel: Channel, status: int) -> None:
    channel.responses = [(status, {}, b"")]
    make_webhook(channel.address, []).send({})
    assert len(channel.messages) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_service_is_tried_again_with_longer_and_longer_waits(channel: Channel, status: int) -> None:
    channel.responses = [(status, {}, b""), (status, {}, b""), (status, {}, b""), OK]
    waits: list[float] = []
    make_webhook(channel.address, waits).send({"text": "once"})
    assert len(channel.messages) == 4
    assert [round(wait, 6) >= least for wait, least in zip(waits, (1, 2, 4), strict=True)] == [True] * 3
    assert all(wait <= 1.25 * least for wait, least in zip(waits, (1, 2, 4), strict=True))


def test_the_wait_that_the_service_requests_is_respected_up_to_a_limit(channel: Channel) -> None:
    channel.responses = [(429, {"Retry-After": "7"}, b""), (429, {"Retry-After": "3600"}, b""), OK]
    waits: list[float] = []
    make_webhook(channel.address, waits).send({})
    assert 7 <= waits[0] <= 8.75
    assert 20 <= waits[1] <= 25


def test_a_service_that_stays_busy_is_an_error_after_the_last_attempt(channel: Channel) -> None:
    channel.responses = [(503, {}, b"upstream connect error")]
    with pytest.raises(Unavailable, match="responded with 503: 'upstream connect error', 4 times in a row"):
        make_webhook(channel.address, []).send({})
    assert len(channel.messages) == ATTEMPTS


@pytest.mark.parametrize(("status", "body"), [(400, b"invalid_payload"), (403, b"action_prohibited"), (404, b"no_service"), (302, b"")])
def test_a_refusal_is_not_tried_again_and_shows_the_reason(channel: Channel, status: int, body: bytes) -> None:
    channel.responses = [(status, {"Location": "http://127.0.0.1:1/"}, body)]
    with pytest.raises(UnexpectedResponse, match=f"responded with {status}: '{body.decode()}'"):
        make_webhook(channel.address, []).send({})
    assert len(channel.messages) == 1


def test_a_service_that_nobody_answers_for_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="cannot be reached: "):
        make_webhook("http://127.0.0.1:1/services/secret-token", []).send({})


@pytest.mark.parametrize(
    "address", ["", "hooks.slack.com/services/secret-token", "http://hooks.slack.com/secret-token", "ftp://x/secret-token"]
)
def test_a_missing_or_unencrypted_address_is_refused_with_the_command_that_stores_one(address: str) -> None:
    with pytest.raises(Misconfigured, match=f"{NAME}.*aws ssm put-parameter .*--type SecureString --name {NAME}"):
        make_webhook(address, []).send({})


@pytest.mark.parametrize("status", [404, 503])
def test_the_address_is_in_no_error(channel: Channel, status: int) -> None:
    channel.responses = [(status, {}, b"")]
    with pytest.raises(SignifyError) as error:
        make_webhook(channel.address, []).send({})
    causes = [error.value, error.value.__cause__, error.value.__context__]
    assert not [each for each in causes if "secret-token" in f"{each!r} {each}"]


def test_the_address_is_in_no_error_of_a_lost_connection() -> None:
    with pytest.raises(Unavailable) as error:
        make_webhook("http://127.0.0.1:1/services/secret-token", []).send({})
    assert "secret-token" not in str(error.value)
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__ or error.value.__context__ is None
