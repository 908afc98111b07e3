"""How long the zones of the lake keep their objects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk.aws_s3 import LifecycleRule, StorageClass, Transition

from cdk.settings.model import Settings
from contracts.paths import Zone

UNFINISHED_UPLOAD_DAYS = 7
COOL_AFTER_DAYS = 30
"""Dropped files are read once, when they land; S3 takes nothing younger into its infrequent-access class."""


@dataclass(frozen=True)
class ZoneRetention:
    """How long the objects of a zone are kept: `days` by the settings, None for ever; `cools`, that they get cheaper meanwhile.

    fleeting: what is replaced or expired there is gone the day after, not after superseded_version_days.
    """

    zone: Zone
    days: Callable[[Settings], int | None]
    cools: bool = False
    fleeting: bool = False


def _for_ever(_: Settings) -> int | None:
    return None


def _of_a_run(settings: Settings) -> int | None:
    return settings.run_days


def _at_work(settings: Settings) -> int | None:
    return settings.working_days


ZONES = (
    ZoneRetention(Zone.LANDING, lambda settings: settings.landing_days, cools=True),
    ZoneRetention(Zone.STAGING, _for_ever),
    ZoneRetention(Zone.SCRATCH, _at_work, fleeting=True),
    ZoneRetention(Zone.CURATED, _of_a_run),
    ZoneRetention(Zone.QUARANTINE, _of_a_run),
    ZoneRetention(Zone.FEATURES, _of_a_run),
    ZoneRetention(Zone.FORECASTS, _of_a_run),
    ZoneRetention(Zone.ANOMALIES, _of_a_run),
    ZoneRetention(Zone.RUNS, _of_a_run),
    ZoneRetention(Zone.QUERIES, _at_work, fleeting=True),
)


def lifecycle(settings: Settings) -> list[LifecycleRule]:
    """One rule for the whole bucket, and one for each zone that forgets or cools."""
    return [_whole_bucket(settings), *(rule for retention in ZONES if (rule := _rule(retention, settings)))]


def _whole_bucket(settings: Settings) -> LifecycleRule:
    return LifecycleRule(
        id="superseded",
        abort_incomplete_multipart_upload_after=Duration.days(UNFINISHED_UPLOAD_DAYS),
        noncurrent_version_expiration=Duration.days(settings.superseded_version_days),
    )


def _rule(retention: ZoneRetention, settings: Settings) -> LifecycleRule | None:
    days = retention.days(settings)
    if days is None and not retention.cools:
        return None
    cooled = [Transition(storage_class=StorageClass.INFREQUENT_ACCESS, transition_after=Duration.days(COOL_AFTER_DAYS))]
    return LifecycleRule(
        id=str(retention.zone),
        prefix=f"{retention.zone}/",
        expiration=None if days is None else Duration.days(days),
        noncurrent_version_expiration=Duration.days(1) if retention.fleeting else None,
        transitions=cooled if retention.cools and (days is None or days > COOL_AFTER_DAYS) else None,
    )
