"""Deliveries of a queue in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event

from typing_extensions import override

from runtime.errors import Unavailable
from runtime.services.object_ports import Deliveries


@dataclass
class InMemoryDeliveries(Deliveries):
    """Every call as (receipt, seconds), in order. `has_hidden` is set by the first; `is_reachable` False makes each call fail."""

    calls: list[tuple[str, int]] = field(default_factory=list)
    has_hidden: Event = field(default_factory=Event)
    is_reachable: bool = True

    @override
    def hide(self, receipt: str, seconds: int) -> None:
        self.calls.append((receipt, seconds))
        self.has_hidden.set()
        if not self.is_reachable:
            raise Unavailable("the queue cannot be reached")
