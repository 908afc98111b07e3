"""The zones of the lake: what each holds, and how long. A zone is the first part of an object's key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk.aws_s3 import LifecycleRule, StorageClass, Transition

from cdk.settings.model import Settings

UNFINISHED_UPLOAD_DAYS = 7
COOL_AFTER_DAYS = 30
"""Dropped files are read once, when they land; S3 takes nothing younger into its infrequent-access class."""


@dataclass(frozen=True)
class Zone:
    """One zone; `days` says how long the settings keep its objects, None for ever; `cools`, that they get cheaper meanwhile.

    fleeting: what is replaced or expired there is gone the day after, not after superseded_version_days.
    """

    name: str
    holds: str
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
    Zone("landing", "files as they were dropped", lambda settings: settings.landing_days, cools=True),
    Zone("staging", "the rows of accepted files, which every run reads again", _for_ever),
    Zone("scratch", "what a job hands to itself", _at_work, fleeting=True),
    Zone("curated", "typed, checked rows of a run", _of_a_run),
    Zone("quarantine", "rows of a run that broke a rule, with the reason", _of_a_run),
    Zone("features", "daily demand of a run", _of_a_run),
    Zone("forecasts", "forecasts of a run", _of_a_run),
    Zone("anomalies", "what a run found that nobody expected", _of_a_run),
    Zone("runs", "manifest and reports of a run", _of_a_run),
    Zone("queries", "answers of Athena", _at_work, fleeting=True),
)


def lifecycle(settings: Settings) -> list[LifecycleRule]:
    """One rule for the whole bucket, and one for each zone that forgets or cools."""
    return [_whole_bucket(settings), *(rule for zone in ZONES if (rule := _rule(zone, settings)))]


def _whole_bucket(settings: Settings) -> LifecycleRule:
    return LifecycleRule(
        id="superseded",
        abort_incomplete_multipart_upload_after=Duration.days(UNFINISHED_UPLOAD_DAYS),
        noncurrent_version_expiration=Duration.days(settings.superseded_version_days),
    )


def _rule(zone: Zone, settings: Settings) -> LifecycleRule | None:
    days = zone.days(settings)
    if days is None and not zone.cools:
        return None
    cooled = [Transition(storage_class=StorageClass.INFREQUENT_ACCESS, transition_after=Duration.days(COOL_AFTER_DAYS))]
    return LifecycleRule(
        id=zone.name,
        prefix=f"{zone.name}/",
        expiration=None if days is None else Duration.days(days),
        noncurrent_version_expiration=Duration.days(1) if zone.fleeting else None,
        transitions=cooled if zone.cools and (days is None or days > COOL_AFTER_DAYS) else None,
    )
