"""Wait for the emulator, which works in the background."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def wait_until(condition: Callable[[], T], seconds: float = 60, interval: float = 0.1) -> T:
    """Call the condition until its result is true, and return that result."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, f"the condition did not hold within {seconds} s"
        time.sleep(interval)
    return result


def wait_for_execution(states: Any, execution: str, seconds: float = 90) -> dict[str, Any]:
    """Return what DescribeExecution returns once an execution has ended."""
    description: dict[str, Any] = {}

    def has_ended() -> bool:
        description.update(states.describe_execution(executionArn=execution))
        return bool(description["status"] != "RUNNING")

    wait_until(has_ended, seconds, 0.05)
    return description
