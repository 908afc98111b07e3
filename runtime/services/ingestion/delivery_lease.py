"""Hide the message of a delivery while it is processed, for a short time that is extended as long as the process lives.

A queue hides a message for as long as its function may run. When the function fails or is killed early, the message would stay hidden for
the rest of that time, and the uploaded file would wait with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread

from runtime.errors import Unavailable
from runtime.services.object_ports import Deliveries

LEASE_S = 120
"""After a killed process the message is delivered again within this time."""
EXTENSIONS_PER_LEASE = 3
PAUSES_S = (10, 120, 1200, 7200)
"""Pauses after the first failed attempt, the second, and so on; the last is that of all later ones. Together they outlast a failover, a
maintenance window, and two hours without a database, before the queue gives up on the message."""


@dataclass(frozen=True)
class Delivery:
    """One delivery of a message: the receipt identifies it, and attempt counts the deliveries of the message from 1."""

    receipt: str
    attempt: int


@dataclass(frozen=True)
class DeliveryLease:
    """Extends the lease of a delivery from a thread of its own."""

    deliveries: Deliveries
    lease_s: float = LEASE_S

    @contextmanager
    def extend(self, delivery: Delivery, on_error: Callable[[Unavailable], object]) -> Iterator[None]:
        """Hide the message while the block runs; when the block raises, deliver it again after a pause that grows with the attempts.

        Without access to the queue the message stays hidden for the time that the queue states: `on_error` receives each such error.
        """
        is_done = Event()
        thread = Thread(target=self._extend, args=(delivery, is_done, on_error), daemon=True, name="delivery-lease")
        thread.start()
        is_successful = False
        try:
            yield
            is_successful = True
        finally:
            is_done.set()
            thread.join()
            if not is_successful:
                self._hide(delivery, pause_after(delivery.attempt), on_error)

    def _extend(self, delivery: Delivery, is_done: Event, on_error: Callable[[Unavailable], object]) -> None:
        while not is_done.is_set():
            self._hide(delivery, self.lease_s, on_error)
            is_done.wait(self.lease_s / EXTENSIONS_PER_LEASE)

    def _hide(self, delivery: Delivery, seconds: float, on_error: Callable[[Unavailable], object]) -> None:
        try:
            self.deliveries.hide(delivery.receipt, round(seconds))
        except Unavailable as error:
            on_error(error)


def pause_after(attempt: int) -> int:
    """Return the seconds between a failed attempt and the next delivery.

    >>> [pause_after(attempt) for attempt in (1, 2, 9)]
    [10, 120, 7200]
    """
    return PAUSES_S[min(attempt, len(PAUSES_S)) - 1]
