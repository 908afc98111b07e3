"""Stage mutated files: python -m tests.fuzz [files] [first seed]. Exits with 1 when a file shows a fault."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.fuzz.check import check_file
from tests.fuzz.files import make_file

MAX_MEMORY_MIB = 700
"""Memory that no file of this size may exceed: the reader's 200 MB for DuckDB, Python, and its records of up to 1 MiB."""


def main(count: int, first_seed: int) -> int:
    """Check files by their seeds; print each fault with its seed, then the statuses, the time and the memory."""
    statuses: Counter[str] = Counter()
    faulty_files = 0
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first_seed, first_seed + count):
            file = make_file(seed)
            outcome = check_file(file, Path(folder))
            statuses[outcome.status] += 1
            faulty_files += bool(outcome.faults)
            for fault in outcome.faults:
                print(f"{file.name} ({file.story}): {outcome.status}: {fault}", flush=True)
    memory = _peak_memory_mib()
    print(f"{count:,} files in {time.monotonic() - start:.0f} s, {memory} MiB, {faulty_files} with faults; {dict(statuses)}")
    return int(faulty_files > 0 or memory > MAX_MEMORY_MIB)


def _peak_memory_mib() -> int:
    """Return the most memory that this program has held. Unlike ru_maxrss it does not begin with that of the process that started it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    [peak] = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
    return int(peak) // 1024


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:3] or ["10000"]), *([1] if len(sys.argv) < 3 else [])))
