"""Paths of objects in the lake: zones, and the keys below them.

A data set of a run is <zone>/<dataset>/v<version>/run_id=<run>/, which is a partition of its table; the documents of a run are
runs/<run>/<name>.json. Copies of database rows are
backup/<table>.json, backup/<table>/<id>.json or, for those of a run, backup/runs/<run>/<table>.json.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from uuid import UUID

RUN_PARTITION = "run_id"
"""The key of the partitions: one for each run."""

SOURCE_SEGMENT = "source="
"""The start of the segment of a landing key that names the source of a file."""

AMAZON_FORECAST = "amazon_forecast"
"""The data set that is exchanged with Amazon Forecast: demand below features/, forecasts below forecasts/."""


class Zone(StrEnum):
    """The zones of the lake. A zone is the first part of a key, and the unit of permissions and retention."""

    description: str

    def __new__(cls, name: str, description: str) -> Zone:
        """Make the member whose text is the name of the zone."""
        zone = str.__new__(cls, name)
        zone._value_ = name
        zone.description = description
        return zone

    LANDING = ("landing", "uploaded files, unchanged")
    STAGING = ("staging", "the rows of accepted files, which every run reads again")
    SCRATCH = ("scratch", "intermediate results of a job")
    CURATED = ("curated", "typed and validated rows of a run")
    QUARANTINE = ("quarantine", "rows of a run that broke a rule, with the reason")
    FEATURES = ("features", "daily demand of a run")
    FORECASTS = ("forecasts", "forecasts and back-test of a run")
    ANOMALIES = ("anomalies", "anomalies detected by a run")
    KPIS = ("kpis", "logistics reports and catalogue of a run")
    RUNS = ("runs", "manifest and reports of a run")
    MAPPINGS = ("mappings", "how the files of each source are read, where they are not in the form of the contract")
    BACKUP = ("backup", "copies of database rows, from which the database is rebuilt")
    EXPORTS = ("exports", "orders of exports, and the files made for them")
    QUERIES = ("queries", "results of Athena")


RUN_BACKUPS = f"{Zone.BACKUP}/runs/"
"""The prefix of the copies of rows that belong to runs, which expire with the data of the runs."""


def dataset_prefix(zone: Zone, dataset: str, version: int = 1) -> str:
    """Return the prefix of a data set in a zone: <zone>/<dataset>/v<version>/."""
    return f"{zone}/{dataset}/v{version}/"


def mapping_key(dataset: str, source: str) -> str:
    """Return the key of the mapping of a source: mappings/<dataset>/<source>.toml."""
    return f"{Zone.MAPPINGS}/{dataset}/{source}.toml"


def source_of(landing_key: str) -> str | None:
    """Return the source that the key of an uploaded object names in a segment source=<name>; None when it names none.

    >>> source_of("landing/demand_history/v1/source=erp/ingest_date=2026-11-29/week-47.csv")
    'erp'
    """
    segments = (segment.removeprefix(SOURCE_SEGMENT) for segment in landing_key.split("/")[:-1] if segment.startswith(SOURCE_SEGMENT))
    return next(filter(None, segments), None)


def run_prefix(zone: Zone, dataset: str, run_id: UUID | str, version: int = 1) -> str:
    """Return the prefix of one run's part of a data set: <zone>/<dataset>/v<version>/run_id=<run_id>/."""
    return f"{dataset_prefix(zone, dataset, version)}{RUN_PARTITION}={run_id}/"


def part_key(prefix: str, number: int | str = 0, suffix: str = "parquet") -> str:
    """Return the key of one file below a prefix: part-<number>.<suffix>."""
    return f"{prefix}part-{number}.{suffix}"


def staging_key(dataset: str, version: int, object_id: UUID | str) -> str:
    """Return the key of the staged rows of an accepted object."""
    return f"{dataset_prefix(Zone.STAGING, dataset, version)}{object_id}.parquet"


INGEST_DATE = "ingest_date"
SAME_NAME = "same_name"
"""Partitions of the landing zone that are no part of the identity of a file: the day of the upload, and the choice about earlier files."""

NUMBER_WORD = "(^|[^a-z0-9])[wvq]?[0-9]+(?![a-z0-9])"
"""Pattern of a number in the lower-case name of a file, with what separates it from the name before; of Python and PostgreSQL."""
REPLAY_SEGMENT = "replay_of="
"""The start of the segment of a landing key that names the object whose quarantined rows a file replays."""


class SameName(StrEnum):
    """What an upload states about earlier files of its name: `same_name=replace/` or `same_name=add/` in its key."""

    REPLACE = "replace"
    ADD = "add"


def landing_key(dataset: str, ingest_date: date, file_name: str, same_name: SameName | None = None, source: str | None = None) -> str:
    """Return the key of an upload: landing/<dataset>/v1/[source=<source>/]ingest_date=<day>/[same_name=<choice>/]<file name>."""
    choice = f"{SAME_NAME}={same_name}/" if same_name else ""
    origin = f"{SOURCE_SEGMENT}{source}/" if source else ""
    return f"{dataset_prefix(Zone.LANDING, dataset)}{origin}{INGEST_DATE}={ingest_date}/{choice}{file_name}"


def replay_key(dataset: str, ingest_date: date, file_name: str, original_id: UUID | str, source: str | None = None) -> str:
    """Return the key of mended rows: landing/<dataset>/v1/[source=<source>/]ingest_date=<day>/replay_of=<object id>/<file name>."""
    return landing_key(dataset, ingest_date, f"{REPLAY_SEGMENT}{original_id}/{file_name}", source=source)


def replayed_object(key: str) -> str | None:
    """Return the text after `replay_of=` in the key of an upload; None for an upload that replays nothing.

    >>> replayed_object("landing/orders/v1/ingest_date=2026-11-28/replay_of=6f0c1b52/a.bad-rows.csv")
    '6f0c1b52'
    """
    segments = (part.removeprefix(REPLAY_SEGMENT) for part in key.split("/")[:-1] if part.startswith(REPLAY_SEGMENT))
    return next(segments, None)


def file_identity(key: str) -> str:
    """Return what an upload has in common with later uploads of the same file: its key without the day and the choice.

    >>> file_identity("landing/orders/v1/ingest_date=2026-11-28/leeds/export.csv")
    'landing/orders/v1/leeds/export.csv'
    """
    return "/".join(part for part in key.split("/") if part.partition("=")[0] not in {INGEST_DATE, SAME_NAME})


def file_source(identity: str) -> str:
    """Return what the files of one source have in common: the folder, and the name without dates, numbers, weeks, versions and quarters.

    >>> file_source("landing/orders/v1/LDS1-export_2026-11-28 (3).csv")
    'landing/orders/v1/lds1-export ).csv'
    """
    folder, _, name = identity.rpartition("/")
    return f"{folder}/{re.sub(NUMBER_WORD, '', name.lower())}"


def same_name_choice(key: str) -> SameName | None:
    """Return the choice that a key states, None without one or for one that does not exist."""
    values = [value for name, _, value in (part.partition("=") for part in key.split("/")) if name == SAME_NAME]
    return next((choice for choice in SameName if values == [choice]), None)


def manifest_key(run_id: UUID | str) -> str:
    """Return the key of the manifest of a run, the input of its jobs."""
    return _document_key(run_id, "manifest")


def quality_key(run_id: UUID | str) -> str:
    """Return the key of the quality report of a run."""
    return _document_key(run_id, "quality")


def run_records_key(run_id: UUID | str) -> str:
    """Return the key of the rows that a run quarantined for what other objects hold, such as conflicts and rows without master data."""
    return _document_key(run_id, "quarantined_rows")


def quality_report_key(run_id: UUID | str) -> str:
    """Return the key of the data-quality report of a run, with verdict and findings."""
    return _document_key(run_id, "data_quality")


def quality_page_key(run_id: UUID | str) -> str:
    """Return the key of the data-quality report of a run as a page."""
    return f"{Zone.RUNS}/{run_id}/data_quality.html"


def series_key(run_id: UUID | str) -> str:
    """Return the key of the profiles of single series of a run: those that are excluded, and those with the most unknown days."""
    return _document_key(run_id, "series")


def forecast_key(run_id: UUID | str) -> str:
    """Return the key of the summary of a run's forecast: model, series and back-test."""
    return _document_key(run_id, "forecast")


def insights_key(run_id: UUID | str) -> str:
    """Return the key of what a run said about insights: which it saw, and which categories it could not judge."""
    return _document_key(run_id, "insights")


def anomaly_report_key(run_id: UUID | str) -> str:
    """Return the key of the anomaly report of a run."""
    return f"{run_prefix(Zone.ANOMALIES, 'report', run_id)}report.json"


def anomaly_picture_key(run_id: UUID | str, group_id: str) -> str:
    """Return the key of the picture of a group of anomalies, as a run draws it."""
    return f"{run_prefix(Zone.ANOMALIES, 'pictures', run_id)}{group_id}.svg"


def alert_log_prefix(day: date) -> str:
    """Return the prefix of the logs of what was sent in the ISO week of a day, and what not.

    >>> alert_log_prefix(date(2027, 1, 1))
    'anomalies/alerts/v1/week=2026-W53/'
    """
    year, week, _ = day.isocalendar()
    return f"{dataset_prefix(Zone.ANOMALIES, 'alerts')}week={year}-W{week:02}/"


def alert_log_key(day: date, run_id: UUID | str) -> str:
    """Return the key of the log of what a run sent on a day, and what not."""
    return f"{alert_log_prefix(day)}{day}_{run_id}.json"


def logistics_report_key(run_id: UUID | str, name: str) -> str:
    """Return the key of a logistics document of a run: efficiency, capacity, consolidation or risks."""
    return f"{run_prefix(Zone.KPIS, 'logistics', run_id)}{name}.json"


def catalogue_key(run_id: UUID | str, name: str) -> str:
    """Return the key of a list of the catalogue of a run: skus, sites or lanes."""
    return f"{run_prefix(Zone.KPIS, 'catalogue', run_id)}{name}.json"


EXPORT_ORDERS = f"{Zone.EXPORTS}/orders/"
"""The prefix of the orders of exports; an object below it makes the export."""


def export_order_key(export_id: UUID | str) -> str:
    """Return the key of the order of an export: exports/orders/<id>.json."""
    return f"{EXPORT_ORDERS}{export_id}.json"


def export_of(order_key: str) -> UUID:
    """Return the export that an order is for. Raises ValueError for the key of something else.

    >>> str(export_of("exports/orders/7f3c1f0e-6f1a-5c55-9d3e-1f2a3b4c5d6e.json"))
    '7f3c1f0e-6f1a-5c55-9d3e-1f2a3b4c5d6e'
    """
    return UUID(order_key.removeprefix(EXPORT_ORDERS).removesuffix(".json"))


def export_file_key(export_id: UUID | str, name: str) -> str:
    """Return the key of a file of an export, also of its manifest: exports/files/<id>/<name>."""
    return f"{Zone.EXPORTS}/files/{export_id}/{name}"


def export_cancel_key(export_id: UUID | str) -> str:
    """Return the key of the object that cancels an export: exports/cancelled/<id>.json."""
    return f"{Zone.EXPORTS}/cancelled/{export_id}.json"


def backup_key(table: str) -> str:
    """Return the key of the copy of a table that has one copy for all rows."""
    return f"{Zone.BACKUP}/{table}.json"


def backup_prefix(table: str) -> str:
    """Return the prefix of the copies of a table whose rows belong to no run, one copy for each row."""
    return f"{Zone.BACKUP}/{table}/"


def run_backup_prefix(run_id: UUID | str) -> str:
    """Return the prefix of the copies of the rows of a run."""
    return f"{RUN_BACKUPS}{run_id}/"


def _document_key(run_id: UUID | str, name: str) -> str:
    return f"{Zone.RUNS}/{run_id}/{name}.json"
