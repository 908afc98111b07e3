"""The fewest trucks that can do, by trying everything; for a handful of shipments."""

from __future__ import annotations

from collections.abc import Sequence


def fewest(loads: Sequence[tuple[int, ...]], capacity: tuple[int, ...]) -> int:
    """Every shipment into every open truck that can take it, or into a new one, unless that cannot beat the best plan so far."""
    best = len(loads)

    def place(at: int, room: list[tuple[int, ...]]) -> None:
        nonlocal best
        if len(room) >= best:
            return
        if at == len(loads):
            best = len(room)
            return
        for truck, room_before in enumerate(room):
            room_after = tuple(free - need for free, need in zip(room_before, loads[at], strict=True))
            if min(room_after) >= 0:
                place(at + 1, [*room[:truck], room_after, *room[truck + 1 :]])
        place(at + 1, [*room, tuple(free - need for free, need in zip(capacity, loads[at], strict=True))])

    place(0, [])
    return best
