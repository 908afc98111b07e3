"""Metrics of Aurora: the emulator publishes none. This extension samples the connections and the deadlocks of each cluster's database."""

from __future__ import annotations

import threading
import time

import psycopg
from ministack.core.responses import request_scope
from ministack.services import cloudwatch, rds

from local.emulator.settings import ACCOUNT, REGION, EmulatorSettings

SAMPLE_INTERVAL_S = 10
STATISTICS = "select numbackends, deadlocks from pg_stat_database where datname = %s"


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
        with psycopg.connect(self._superuser_url, autocommit=True) as connection:
            for name, database in clusters.items():
                for connections, deadlocks in connection.execute(STATISTICS, [database]):
                    self._publish(name, connections, deadlocks)

    def _publish(self, cluster: str, connections: int, deadlocks: int) -> None:
        before = self._deadlocks.get(cluster, deadlocks)
        self._deadlocks[cluster] = deadlocks
        for metric, value in (("DatabaseConnections", connections), ("Deadlocks", max(0, deadlocks - before))):
            cloudwatch.record_metric("AWS/RDS", metric, value, "Count", {"DBClusterIdentifier": cluster})


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
