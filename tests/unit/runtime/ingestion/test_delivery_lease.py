"""How long the message of a delivery is hidden."""

from __future__ import annotations

import time

import pytest

from runtime.errors import DatabaseUnavailable, Unavailable
from runtime.services.ingestion.delivery_lease import LEASE_S, PAUSES_S, Delivery, DeliveryLease
from tests.fakes.deliveries import InMemoryDeliveries


@pytest.fixture
def deliveries() -> InMemoryDeliveries:
    return InMemoryDeliveries()


def refuse(error: Unavailable) -> None:
    raise AssertionError(error)


def test_a_message_is_hidden_for_two_minutes_only_so_that_a_killed_process_does_not_keep_it(deliveries: InMemoryDeliveries) -> None:
    with DeliveryLease(deliveries).extend(Delivery("receipt", 1), refuse):
        assert deliveries.has_hidden.wait(5)
    assert deliveries.calls == [("receipt", LEASE_S)]
    assert LEASE_S <= 120


def test_the_lease_is_extended_as_long_as_the_work_takes(deliveries: InMemoryDeliveries) -> None:
    with DeliveryLease(deliveries, lease_s=1).extend(Delivery("receipt", 1), refuse):
        time.sleep(1.5)
    assert 4 <= len(deliveries.calls) <= 6
    count = len(deliveries.calls)
    time.sleep(0.5)
    assert len(deliveries.calls) == count, "the lease of a finished delivery is not extended"


@pytest.mark.parametrize(("attempt", "pause"), [(1, 10), (2, 120), (3, 1200), (4, 7200), (5, 7200)])
def test_a_failed_delivery_is_repeated_soon_and_later_after_longer_pauses(deliveries: InMemoryDeliveries, attempt: int, pause: int) -> None:
    with pytest.raises(DatabaseUnavailable), DeliveryLease(deliveries).extend(Delivery("receipt", attempt), refuse):
        raise DatabaseUnavailable("no connection")
    assert deliveries.calls[-1] == ("receipt", pause)


def test_the_pauses_outlast_two_hours_without_a_database() -> None:
    assert sum(PAUSES_S) > 2 * 3600


def test_without_access_to_the_queue_the_work_is_done_and_each_error_is_reported(deliveries: InMemoryDeliveries) -> None:
    deliveries.is_reachable = False
    errors: list[Unavailable] = []
    with DeliveryLease(deliveries).extend(Delivery("receipt", 1), errors.append):
        assert deliveries.has_hidden.wait(5)
    assert [str(error) for error in errors] == ["the queue cannot be reached"]
