"""Alarms on the database, its reader and its proxy."""

from __future__ import annotations

from aws_cdk.aws_cloudwatch import Metric
from aws_cdk.aws_rds import DatabaseCluster, DatabaseProxy

from cdk.common.metrics import PERIOD, platform_metric
from cdk.monitoring.alarms import AlarmSpec, Condition, page, ticket
from cdk.monitoring.causes import DATABASE_UNAVAILABLE
from cdk.monitoring.monitored_resources import MonitoredResources
from cdk.settings.model import Settings
from contracts.alarms import AlarmName
from contracts.metrics import PlatformMetric

BYTES_PER_ACU = 2 * 1024**3
READER_LAG_MS = 1000  # usually below 100; with such a lag a failover takes longer
BUSY_PERCENT = 80
PINNED_CONNECTIONS = 10
UNREACHABLE_REQUESTS = 3  # in five minutes: a failover fails one request or two
FREE_MEMORY_SHARE = 0.1


def database_alarms(settings: Settings, resources: MonitoredResources) -> list[AlarmSpec]:
    """Return the alarms on capacity, load, connections and deadlocks."""
    cluster, max_capacity = resources.cluster, settings.database_max_capacity
    capacity = cluster.metric_serverless_database_capacity(period=PERIOD, statistic="Maximum")
    cpu_percent = cluster.metric_cpu_utilization(period=PERIOD)
    connections = cluster.metric_database_connections(period=PERIOD, statistic="Maximum")
    many_connections = round(BUSY_PERCENT / 100 * max_connections(settings.database_min_capacity, max_capacity))
    unreachable = platform_metric(settings, PlatformMetric.DATABASE_UNAVAILABLE, "Sum")
    return [
        page(
            DATABASE_UNAVAILABLE,
            "database-unavailable",
            "Requests to the API could not reach the database.",
            Condition(unreachable, UNREACHABLE_REQUESTS),
        ),
        page(
            "DatabaseAtMaximum",
            "database-at-maximum",
            "The database has been at its maximum capacity for 15 minutes.",
            Condition(capacity, max_capacity, of=3, periods=3),
        ),
        ticket(
            "DatabaseBusy", "database-busy", "The CPU of the database is 80 % busy.", Condition(cpu_percent, BUSY_PERCENT, of=2, periods=3)
        ),
        ticket(
            "DatabaseConnections",
            "database-connections",
            "80 % of the connections that the database allows are open.",
            Condition(connections, many_connections, of=2, periods=3),
        ),
        _memory_low(cluster, max_capacity),
        ticket(
            str(AlarmName.DATABASE_DEADLOCKS),
            "database-deadlocks",
            "Transactions blocked each other; the database rolled one back.",
            Condition(cluster.metric_deadlocks(period=PERIOD, statistic="Sum"), 1),
        ),
        *([_reader_lag(cluster)] if settings.database_reader else []),
        *([_pinned_connections(resources.proxy)] if resources.proxy else []),
    ]


def max_connections(minimum_acu: float, maximum_acu: float) -> int:
    """Return the default `max_connections` of Aurora PostgreSQL Serverless v2.

    It is proportional to the memory of the maximum capacity, up to 5,000; with a minimum of at most 0.5 ACU, up to 2,000.
    Source: Aurora user guide, "Maximum connections for Aurora Serverless v2".
    """
    by_memory = int(maximum_acu * BYTES_PER_ACU / 9_531_392)
    return min(by_memory, 2000 if minimum_acu <= 0.5 else 5000)


def _memory_low(cluster: DatabaseCluster, max_capacity: float) -> AlarmSpec:
    """Return the alarm on free memory. Of Serverless v2 the metric is what would be free at the maximum capacity.

    Source: Aurora user guide, "Important Amazon CloudWatch metrics for Aurora Serverless v2".
    """
    free_bytes = cluster.metric_freeable_memory(period=PERIOD, statistic="Minimum")
    condition = Condition(free_bytes, FREE_MEMORY_SHARE * max_capacity * BYTES_PER_ACU, of=3, periods=3, below=True)
    text = "Less than a tenth of the database's memory is free."
    return ticket(str(AlarmName.DATABASE_MEMORY_LOW), "database-memory-low", text, condition)


def _reader_lag(cluster: DatabaseCluster) -> AlarmSpec:
    lag = cluster.metric("AuroraReplicaLagMaximum", period=PERIOD, statistic="Maximum")
    condition = Condition(lag, READER_LAG_MS, of=2, periods=3)
    return ticket("DatabaseReaderLags", "database-reader-lags", "The reader is one second behind the writer.", condition)


def _pinned_connections(proxy: DatabaseProxy) -> AlarmSpec:
    connections = Metric(
        namespace="AWS/RDS",
        metric_name="DatabaseConnectionsCurrentlySessionPinned",
        dimensions_map={"ProxyName": proxy.db_proxy_name},
        statistic="Maximum",
        period=PERIOD,
    )
    condition = Condition(connections, PINNED_CONNECTIONS, of=2, periods=3)
    return ticket("DatabasePinned", "database-pinned", "Ten connections of the proxy are pinned to one client each.", condition)
