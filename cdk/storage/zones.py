"""Lifecycle rules of the lake: how long each zone keeps its objects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk.aws_s3 import LifecycleRule, StorageClass, Transition

from cdk.settings.model import Settings
from contracts.paths import RUN_BACKUPS, Zone

INCOMPLETE_UPLOAD_DAYS = 7
EXPORT_DAYS = 7
"""The API links to the files of an export for as long."""
INFREQUENT_ACCESS_AFTER_DAYS = 30
"""Uploaded files are read once, on arrival; 30 days is the minimum of S3 for its infrequent-access class."""


@dataclass(frozen=True)
class ZoneRetention:
    """Retention of the objects of a zone: `days` according to the settings, None forever.

    infrequent_access: objects move to the cheaper storage class. temporary: noncurrent versions expire after a day, not after
    superseded_version_days. folder: only the objects below it expire.
    """

    zone: Zone
    days: Callable[[Settings], int | None]
    infrequent_access: bool = False
    temporary: bool = False
    folder: str = ""


def _keep_forever(_: Settings) -> int | None:
    return None


def _run_days(settings: Settings) -> int | None:
    return settings.run_days


def _working_days(settings: Settings) -> int | None:
    return settings.working_days


ZONES = (
    ZoneRetention(Zone.LANDING, lambda settings: settings.landing_days, infrequent_access=True),
    ZoneRetention(Zone.MAPPINGS, _keep_forever),
    ZoneRetention(Zone.STAGING, _keep_forever),
    ZoneRetention(Zone.SCRATCH, _working_days, temporary=True),
    ZoneRetention(Zone.CURATED, _run_days),
    ZoneRetention(Zone.QUARANTINE, _run_days),
    ZoneRetention(Zone.FEATURES, _run_days),
    ZoneRetention(Zone.FORECASTS, _run_days),
    ZoneRetention(Zone.ANOMALIES, _run_days),
    ZoneRetention(Zone.KPIS, _run_days),
    ZoneRetention(Zone.RUNS, _run_days),
    ZoneRetention(Zone.BACKUP, _run_days, folder=RUN_BACKUPS),
    ZoneRetention(Zone.EXPORTS, lambda _: EXPORT_DAYS, temporary=True),
    ZoneRetention(Zone.QUERIES, _working_days, temporary=True),
)


def lifecycle_rules(settings: Settings) -> list[LifecycleRule]:
    """Return one rule for the whole bucket, and one for each zone whose objects expire or change their storage class."""
    return [_bucket_rule(settings), *(rule for retention in ZONES if (rule := _zone_rule(retention, settings)))]


def _bucket_rule(settings: Settings) -> LifecycleRule:
    return LifecycleRule(
        id="superseded",
        abort_incomplete_multipart_upload_after=Duration.days(INCOMPLETE_UPLOAD_DAYS),
        noncurrent_version_expiration=Duration.days(settings.superseded_version_days),
    )


def _zone_rule(retention: ZoneRetention, settings: Settings) -> LifecycleRule | None:
    days = retention.days(settings)
    if days is None and not retention.infrequent_access:
        return None
    transition = Transition(storage_class=StorageClass.INFREQUENT_ACCESS, transition_after=Duration.days(INFREQUENT_ACCESS_AFTER_DAYS))
    return LifecycleRule(
        id=str(retention.zone),
        prefix=retention.folder or f"{retention.zone}/",
        expiration=None if days is None else Duration.days(days),
        noncurrent_version_expiration=Duration.days(1) if retention.temporary else None,
        transitions=[transition] if retention.infrequent_access and (days is None or days > INFREQUENT_ACCESS_AFTER_DAYS) else None,
    )
