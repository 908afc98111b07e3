"""Who watches: alarms on what may fail, and a dashboard."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk.aws_apigateway import RestApi
from aws_cdk.aws_lambda import Function
from aws_cdk.aws_rds import DatabaseCluster
from aws_cdk.aws_sns import Topic
from aws_cdk.aws_sqs import Queue
from aws_cdk.aws_stepfunctions import StateMachine
from constructs import Construct

from cdk.alarms import PERIOD, Alarms, Watch
from cdk.settings import Settings
from stacks.base import StageStack

QUEUE_AGE_S = 15 * 60
LATENCY_MS = 1500


@dataclass(frozen=True)
class Watched:
    """What the stage consists of, as far as it can be watched."""

    functions: dict[str, Function]
    dead_letters: Queue
    queue: Queue
    machine: StateMachine
    api: RestApi
    cluster: DatabaseCluster


class MonitoringStack(StageStack):
    """Alarms and the dashboard."""

    def __init__(self, scope: Construct, settings: Settings, watched: Watched, topic: Topic) -> None:
        super().__init__(scope, "Monitoring", settings, "alarms and dashboard")
        self.alarms = Alarms(self, "Alarms", topic)
        self.alarms.watch(
            *_run(watched.machine), *_ingestion(watched), *_api(watched.api), *_database(watched.cluster, settings), *_functions(watched)
        )


def _run(machine: StateMachine) -> list[Watch]:
    return [
        Watch("RunFailed", "A run failed; readers keep the last published one.", machine.metric_failed(period=PERIOD), 1),
        Watch("RunTimedOut", "A run took longer than it may.", machine.metric_timed_out(period=PERIOD), 1),
        Watch("RunAborted", "Somebody stopped a run.", machine.metric_aborted(period=PERIOD), 1),
    ]


def _ingestion(watched: Watched) -> list[Watch]:
    waiting = watched.dead_letters.metric_approximate_number_of_messages_visible(period=PERIOD, statistic="Maximum")
    age = watched.queue.metric_approximate_age_of_oldest_message(period=PERIOD, statistic="Maximum")
    return [
        Watch("DeadLetters", "An object could not be received after five attempts.", waiting, 1),
        Watch("QueueAge", "Landed objects wait for more than 15 minutes.", age, QUEUE_AGE_S),
    ]


def _api(api: RestApi) -> list[Watch]:
    return [
        Watch("ApiErrors", "The API fails: 5 or more answers of 5xx.", api.metric_server_error(period=PERIOD), 5, of=2, periods=3),
        Watch(
            "ApiLatency",
            "The slowest percent of answers took 1.5 seconds.",
            api.metric_latency(period=PERIOD, statistic="p99"),
            LATENCY_MS,
            2,
            3,
        ),
    ]


def _database(cluster: DatabaseCluster, settings: Settings) -> list[Watch]:
    capacity = cluster.metric_serverless_database_capacity(period=PERIOD, statistic="Maximum")
    busy = cluster.metric_cpu_utilization(period=PERIOD)
    return [
        Watch(
            "DatabaseAtMaximum",
            "The database has run at its maximum capacity for 15 minutes.",
            capacity,
            settings.database_max_capacity,
            3,
            3,
        ),
        Watch("DatabaseBusy", "The database's processors are 80 % busy.", busy, 80, of=2, periods=3),
    ]


def _functions(watched: Watched) -> list[Watch]:
    watches = []
    for name, function in watched.functions.items():
        label = "".join(word.capitalize() for word in name.split("_"))
        watches.append(
            Watch(f"{label}FunctionErrors", f"The function {name} fails.", function.metric_errors(period=PERIOD), 1, of=2, periods=3)
        )
        watches.append(
            Watch(f"{label}FunctionThrottled", f"The function {name} is throttled.", function.metric_throttles(period=PERIOD), 1)
        )
    return watches
