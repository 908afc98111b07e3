"""Benchmark of the local stack: time and memory from nothing to published forecasts.

Runs `./signify up` with a local stack of its own and samples the memory of every process that belongs to it (proportional set size, so that
shared pages count once). Usage: python -m benchmarks.twin [--data FILE]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

from local import ports as free_ports

ROOT = Path(__file__).resolve().parents[1]
MIB = 2**20


def processes_of(home: Path) -> set[psutil.Process]:
    """Return every process of the local stack in `home`: those that have its folder in their environment, and all their descendants.

    Functions and jobs have the environment that AWS would give them, without the folder; they are children of the emulator.
    """
    processes = set()
    for process in psutil.process_iter():
        try:
            if process.environ().get("SIGNIFY_HOME") == str(home):
                processes |= {process, *process.children(recursive=True)}
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return processes


def memory_by_name(home: Path) -> Counter[str]:
    """MiB per kind of process, right now."""
    sizes: Counter[str] = Counter()
    for process in processes_of(home):
        try:
            sizes[process.name()] += process.memory_full_info().pss // MIB
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return sizes


def measure(arguments: list[str], home: Path) -> tuple[int, Counter[str]]:
    """Run `signify up` to its end; returns its exit code and the memory at the moment it was highest."""
    environment = {**os.environ, "SIGNIFY_HOME": str(home)}
    ports = ["--port", str(free_ports.find_free()), "--db-port", str(free_ports.find_free())]
    peak: Counter[str] = Counter()
    with subprocess.Popen([str(ROOT / "signify"), "up", *ports, *arguments], env=environment) as up:
        while up.poll() is None:
            now = memory_by_name(home)
            peak = max(peak, now, key=lambda sizes: sum(sizes.values()))
            time.sleep(0.5)
        code = up.returncode
    subprocess.run([str(ROOT / "signify"), "down"], env=environment, check=False, timeout=120)
    return code, peak


def main() -> int:
    """Measure one `up` and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="signify-benchmark-") as folder:
        start = time.monotonic()
        code, peak = measure(["--data", str(options.data)] if options.data else [], Path(folder))
        seconds = time.monotonic() - start
    print(f"wall {seconds:.0f} s, exit code {code}, peak memory {sum(peak.values()):,} MiB:")
    for name, size in peak.most_common():
        print(f"  {name:<24} {size:>6,} MiB")
    return code


if __name__ == "__main__":
    sys.exit(main())
