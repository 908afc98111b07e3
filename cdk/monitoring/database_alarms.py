"""Alarms of the database, its reader and its proxy."""

from __future__ import annotations

from aws_cdk.aws_cloudwatch import Metric
from aws_cdk.aws_rds import DatabaseCluster, DatabaseProxy

from cdk.monitoring.alarms import PERIOD, Reading, Watch, page, ticket
from cdk.monitoring.targets import Watched
from cdk.settings.model import Settings

BYTES_PER_ACU = 2 * 1024**3
LAG_MS = 1000  # usually less than 100; a reader that lags this far takes over more slowly
PINNED = 10


def database_watches(settings: Settings, watched: Watched) -> list[Watch]:
    """Has the database room?"""
    cluster, most = watched.cluster, settings.database_max_capacity
    capacity = cluster.metric_serverless_database_capacity(period=PERIOD, statistic="Maximum")
    connections = cluster.metric_database_connections(period=PERIOD, statistic="Maximum")
    return [
        page(
            "DatabaseAtMaximum",
            "database-at-maximum",
            "The database has run at its maximum capacity for 15 minutes.",
            Reading(capacity, most, 3, 3),
        ),
        ticket(
            "DatabaseBusy", "database-busy", "The database is 80 % busy.", Reading(cluster.metric_cpu_utilization(period=PERIOD), 80, 2, 3)
        ),
        ticket(
            "DatabaseConnections",
            "database-connections",
            "80 % of the connections that the database takes are open.",
            Reading(connections, round(0.8 * connections_at_most(settings.database_min_capacity, most)), 2, 3),
        ),
        ticket(
            "DatabaseDeadlocks",
            "database-deadlocks",
            "Transactions waited for each other; one was ended.",
            Reading(cluster.metric_deadlocks(period=PERIOD, statistic="Sum"), 1),
        ),
        *([_lag(cluster)] if settings.database_reader else []),
        *([_pinned(watched.proxy)] if watched.proxy else []),
    ]


def connections_at_most(minimum_acu: float, maximum_acu: float) -> int:
    """The default `max_connections` of Aurora PostgreSQL Serverless v2.

    It follows the memory of the maximum capacity, up to 5,000; with a minimum of at most 0.5 ACU it stays at 2,000 (Aurora user guide).
    """
    by_memory = int(maximum_acu * BYTES_PER_ACU / 9_531_392)
    return min(by_memory, 2000 if minimum_acu <= 0.5 else 5000)


def _lag(cluster: DatabaseCluster) -> Watch:
    lag = cluster.metric("AuroraReplicaLagMaximum", period=PERIOD, statistic="Maximum")
    return ticket("DatabaseReaderLags", "database-reader-lags", "The reader is a second behind the writer.", Reading(lag, LAG_MS, 2, 3))


def _pinned(proxy: DatabaseProxy) -> Watch:
    pinned = Metric(
        namespace="AWS/RDS",
        metric_name="DatabaseConnectionsCurrentlySessionPinned",
        dimensions_map={"ProxyName": proxy.db_proxy_name},
        statistic="Maximum",
        period=PERIOD,
    )
    return ticket(
        "DatabasePinned", "database-pinned", "Ten connections of the proxy are lent to one client each.", Reading(pinned, PINNED, 2, 3)
    )
