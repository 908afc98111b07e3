"""Metrics of Aurora: the emulator publishes none. This extension samples connections, deadlocks and free memory of each cluster.

Free memory is what the sessions of a cluster's database leave of its maximum capacity, as Serverless v2 reports it.
"""

from __future__ import annotations

import threading
import time

import psutil
import psycopg
from ministack.core.responses import request_scope
from ministack.services import cloudwatch, rds

from local.emulator.settings import ACCOUNT, REGION, EmulatorSettings

SAMPLE_INTERVAL_S = 5
BYTES_PER_ACU = 2 * 1024**3
STATISTICS = "select numbackends, deadlocks from pg_stat_database where datname = %s"
SESSIONS = "select pid from pg_stat_activity where datname = %s"


class DatabaseSampler:
    """Publishes AWS/RDS metrics; deadlocks are those since the sample before, so a cluster's first sample has none."""

    def __init__(self, superuser_url: str) -> None:
        self._superuser_url = superuser_url
        self._deadlocks: dict[str, int] = {}

    def sample(self) -> None:
        """Publish the figures of every cluster."""
        clusters = {name: cluster.get("DatabaseName") or "postgres" for name, cluster in list(rds._clusters.items())}
        if not clusters:
            return
        capacities = _list_capacities()
        with psycopg.connect(self._superuser_url, autocommit=True) as connection:
            for name, database in clusters.items():
                for connections, deadlocks in connection.execute(STATISTICS, [database]):
                    self._publish(name, connections, deadlocks)
                if name in capacities:
                    used_bytes = sum(measure_memory(pid) for (pid,) in connection.execute(SESSIONS, [database]))
                    _record(name, "FreeableMemory", capacities[name] * BYTES_PER_ACU - used_bytes, "Bytes")

    def _publish(self, cluster: str, connections: int, deadlocks: int) -> None:
        before = self._deadlocks.get(cluster, deadlocks)
        self._deadlocks[cluster] = deadlocks
        _record(cluster, "DatabaseConnections", connections, "Count")
        _record(cluster, "Deadlocks", max(0, deadlocks - before), "Count")


def measure_memory(pid: int) -> int:
    """Return the bytes that a process has for itself; 0 for one that has ended meanwhile."""
    try:
        memory = psutil.Process(pid).memory_info()
    except psutil.Error:
        return 0
    return int(memory.rss - getattr(memory, "shared", 0))


def _record(cluster: str, metric: str, value: float, unit: str) -> None:
    cloudwatch.record_metric("AWS/RDS", metric, value, unit, {"DBClusterIdentifier": cluster})


def _list_capacities() -> dict[str, float]:
    """Return the maximum capacity of each cluster that has one, in ACU."""
    scaling = {name: cluster.get("ServerlessV2ScalingConfiguration") or {} for name, cluster in list(rds._clusters.items())}
    return {name: float(each["MaxCapacity"]) for name, each in scaling.items() if each.get("MaxCapacity")}


def install(settings: EmulatorSettings) -> None:
    """Sample periodically."""
    sampler = DatabaseSampler(settings.postgres_url)
    threading.Thread(target=_sample_periodically, args=(sampler,), daemon=True, name="database-metrics").start()


def _sample_periodically(sampler: DatabaseSampler) -> None:
    while True:
        time.sleep(SAMPLE_INTERVAL_S)
        try:
            with request_scope(ACCOUNT, REGION):
                sampler.sample()
        except psycopg.Error as error:
            print(f"the database cannot be measured: {error}", flush=True)
