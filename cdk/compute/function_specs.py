"""The functions of the platform: what distinguishes one from another, each under its own name."""

from __future__ import annotations

from dataclasses import dataclass

from cdk.compute import package
from cdk.compute.package import Package
from cdk.storage.database_users import API_USER, FUNCTION_USER
from contracts.paths import Zone


@dataclass(frozen=True)
class FunctionSpec:
    """One function. `name` is its module in runtime/functions, unless `handler` names another entry point.

    reads, writes, erases: the zones of the lake that the function may access; only one that erases may delete versions. concurrency:
    instances at the same time, reserved where the settings ask for it; each holds one database connection. asynchronous: the invoker (a
    topic, a rule, a schedule) does not wait, so failed events go to a dead-letter queue. in_vpc: runs in the network and connects to the
    database as `database_user`. submits_replays: may upload mended rows to the landing zone, and neither read nor delete there.
    """

    name: str
    description: str
    package: Package = package.FUNCTIONS
    memory_mib: int = 512
    timeout_s: int = 60
    ephemeral_storage_mib: int = 512
    snap_start: bool = False
    handler: str = ""
    concurrency: int = 2
    asynchronous: bool = False
    in_vpc: bool = True
    database_user: str = FUNCTION_USER
    reads: tuple[Zone, ...] = ()
    writes: tuple[Zone, ...] = ()
    erases: tuple[Zone, ...] = ()
    submits_replays: bool = False

    @property
    def construct_id(self) -> str:
        """The name in CamelCase."""
        return "".join(word.capitalize() for word in self.name.split("_"))

    @property
    def entry_point(self) -> str:
        """Module path and function name of the handler."""
        return self.handler or f"runtime.functions.{self.name}.handler"


DATABASE_ROLES = FunctionSpec("database_roles", "Creates the database users", in_vpc=False, timeout_s=120)
MIGRATOR = FunctionSpec("migrator", "Runs the schema migrations", package=package.MIGRATIONS, timeout_s=600)

DATA_PROCESSOR = FunctionSpec(
    "data_processor",
    "Validates and stages the objects that arrive in the landing zone",
    package=package.INGESTION,
    memory_mib=2048,
    timeout_s=900,  # the maximum of Lambda
    ephemeral_storage_mib=6144,  # the largest object (MAX_BYTES of the ingestion service), its staged copy, and sorting
    concurrency=4,
    reads=(Zone.LANDING, Zone.MAPPINGS),
    writes=(Zone.STAGING, Zone.BACKUP),
)

OBJECT_WITHDRAWER = FunctionSpec(
    "object_withdrawer",
    "Withdraws uploaded objects, and erases what is stored of them",
    timeout_s=900,
    concurrency=1,
    writes=(Zone.RUNS, Zone.BACKUP),
    erases=(Zone.LANDING, Zone.STAGING, Zone.CURATED, Zone.QUARANTINE, Zone.RUNS, Zone.BACKUP),
)

RUN_RESOLVER = FunctionSpec("run_resolver", "Selects the input of a run", writes=(Zone.RUNS, Zone.BACKUP))
QUALITY_GATE = FunctionSpec(
    "quality_gate", "Judges the data quality of a run and writes its report", reads=(Zone.RUNS,), writes=(Zone.RUNS, Zone.BACKUP)
)
RUN_PUBLISHER = FunctionSpec(
    "run_publisher",
    "Loads the forecasts of a run and publishes them",
    memory_mib=2048,
    timeout_s=600,
    ephemeral_storage_mib=2048,
    reads=(Zone.RUNS, Zone.FORECASTS),
    writes=(Zone.RUNS, Zone.BACKUP),  # the data-quality report, with the profiles of series
)
ANOMALY_DETECTOR = FunctionSpec(
    "anomaly_detector",
    "Detects anomalies in the week before a run",
    package=package.KPI,
    memory_mib=3008,
    timeout_s=600,
    ephemeral_storage_mib=2048,
    reads=(Zone.CURATED, Zone.FEATURES, Zone.FORECASTS),
    writes=(Zone.ANOMALIES, Zone.BACKUP),
)
KPI_CALCULATOR = FunctionSpec(
    "kpi_calculator",
    "Measures the accuracy of earlier forecasts, and writes the catalogue of SKUs, sites and lanes",
    package=package.KPI,
    memory_mib=3008,
    timeout_s=600,
    ephemeral_storage_mib=2048,
    reads=(Zone.RUNS, Zone.FORECASTS, Zone.FEATURES, Zone.CURATED),
    writes=(Zone.KPIS, Zone.BACKUP),
)
LOGISTICS_CALCULATOR = FunctionSpec(
    "logistics_calculator",
    "Measures service, transport and capacity",
    package=package.KPI,
    memory_mib=3008,
    timeout_s=900,  # the consolidation plan takes longest
    ephemeral_storage_mib=2048,
    reads=(Zone.RUNS, Zone.CURATED, Zone.FORECASTS),
    writes=(Zone.KPIS, Zone.BACKUP),
)
INSIGHT_BUILDER = FunctionSpec(
    "insight_builder",
    "Derives insights from what a run has measured",
    memory_mib=1024,
    timeout_s=300,
    ephemeral_storage_mib=2048,
    reads=(Zone.RUNS, Zone.ANOMALIES, Zone.FEATURES, Zone.CURATED),
    writes=(Zone.RUNS, Zone.BACKUP),
)
RUN_RECORDER = FunctionSpec(
    "run_recorder",
    "Records how a run ended, and why the quality gate refused it",
    reads=(Zone.RUNS, Zone.ANOMALIES),
    writes=(Zone.RUNS, Zone.BACKUP),
)

FORECAST_TRIGGER = FunctionSpec("forecast_trigger", "Starts the daily run, at most once a day", in_vpc=False)
EXECUTION_LISTENER = FunctionSpec(
    "execution_listener", "Records the end of runs that were stopped or timed out", asynchronous=True, writes=(Zone.BACKUP,)
)
DATABASE_REBUILDER = FunctionSpec(
    "database_rebuilder",
    "Rebuilds the database from the lake, or copies all its rows there, on demand",
    memory_mib=2048,
    timeout_s=900,  # one forecast may take as long as in run_publisher
    ephemeral_storage_mib=2048,
    concurrency=1,
    reads=(Zone.RUNS, Zone.FORECASTS),
    writes=(Zone.BACKUP,),
)

DATA_RETENTION = FunctionSpec(
    "data_retention", "Deletes old rows of the database every night", timeout_s=900, asynchronous=True, concurrency=1
)

EXPORTER = FunctionSpec(
    "exporter",
    "Writes the files of exports",
    package=package.KPI,
    memory_mib=1024,
    timeout_s=900,
    ephemeral_storage_mib=4096,  # a million rows as JSON, and as the file
    asynchronous=True,
    reads=(Zone.KPIS,),
    writes=(Zone.EXPORTS,),
)

API = FunctionSpec(
    "api",
    "Serves the REST API",
    package=package.API,
    handler="runtime.api.main.handler",
    memory_mib=1024,
    timeout_s=29,  # the limit of API Gateway
    concurrency=20,
    database_user=API_USER,
    reads=(Zone.RUNS, Zone.KPIS, Zone.ANOMALIES),  # the lineage of a run, its logistics reports and catalogue, and the logs of alerts
    writes=(Zone.BACKUP, Zone.EXPORTS),  # what was changed by hand, and orders
    submits_replays=True,
)
CANARY = FunctionSpec(
    "canary", "Calls the API as a client does", memory_mib=256, timeout_s=120, asynchronous=True, in_vpc=False, concurrency=1
)
SLACK_NOTIFIER = FunctionSpec(
    "slack_notifier", "Notifies a Slack channel of alarms", memory_mib=256, timeout_s=120, asynchronous=True, in_vpc=False
)
TEAMS_NOTIFIER = FunctionSpec(
    "teams_notifier", "Notifies a Microsoft Teams channel of alarms", memory_mib=256, timeout_s=120, asynchronous=True, in_vpc=False
)

FUNCTION_SPECS = (
    DATABASE_ROLES, MIGRATOR, DATA_PROCESSOR, OBJECT_WITHDRAWER,
    RUN_RESOLVER, QUALITY_GATE, RUN_PUBLISHER, ANOMALY_DETECTOR, KPI_CALCULATOR, LOGISTICS_CALCULATOR, INSIGHT_BUILDER, RUN_RECORDER,
    FORECAST_TRIGGER, EXECUTION_LISTENER, DATABASE_REBUILDER, DATA_RETENTION, EXPORTER, API, CANARY, SLACK_NOTIFIER, TEAMS_NOTIFIER,
)  # fmt: skip
