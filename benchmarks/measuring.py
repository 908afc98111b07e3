"""CPU time and peak memory of one call."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import NamedTuple

import psutil

SAMPLE_SECONDS = 0.004
LIMIT_SECONDS = 900


class Cost(NamedTuple):
    """CPU seconds of all threads, and the bytes of resident memory at the peak above those before."""

    cpu: float
    memory: int


def cost(run: Callable[[], object]) -> Cost:
    """Run once, in a fork of this process, so that no contender finds memory that another has left behind.

    Memory is sampled, since native libraries allocate past Python's own bookkeeping.
    """
    receiver, sender = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_measure, args=(run, sender))
    child.start()
    if not receiver.poll(LIMIT_SECONDS):
        child.kill()
        raise TimeoutError(f"a contender took more than {LIMIT_SECONDS} s")
    result: Cost = receiver.recv()
    child.join()
    return result


def _measure(run: Callable[[], object], sender: Connection) -> None:
    process, is_finished = psutil.Process(), threading.Event()
    before = peak = process.memory_info().rss

    def watch() -> None:
        nonlocal peak
        while not is_finished.wait(SAMPLE_SECONDS):
            peak = max(peak, process.memory_info().rss)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    start = time.process_time()
    result = run()
    cpu = time.process_time() - start
    peak = max(peak, process.memory_info().rss)
    is_finished.set()
    watcher.join()
    del result
    sender.send(Cost(cpu, peak - before))
