"""The days of a run whose demand is unknown, as the cleansing job found them: of whole sites, and of single series."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from pyspark.sql import DataFrame, SparkSession

from contracts.documents import FeedDocument, QualityDocument
from contracts.feeds import FeedState
from contracts.paths import quality_key
from contracts.tables import UNKNOWN_DAYS
from forecast_engine.panel import MAX_HISTORY_DAYS
from glue_jobs import lake_io
from glue_jobs.arguments import JobRun
from glue_jobs.transforms.unknown_days import flag_unknown_days

Stretch = tuple[str, str, str, str, int]
"""Site, data set, first day, last day, and 1 when it reaches the end of the feed."""


def read_unknown_days(spark: SparkSession, run: JobRun, parts: DataFrame) -> DataFrame | None:
    """Return the flags of unknown days per series and day, for the series of `parts`; None when every day is known."""
    key = quality_key(run.run_id)
    if key not in lake_io.keys_under(run.bucket, key):
        return None
    quality: QualityDocument = lake_io.read_json(run.bucket, key)
    stretches = list(unknown_stretches(quality.get("feeds", []), run.as_of_date))
    has_series_days = bool(quality.get("unknown_series_days", 0))
    if not stretches and not has_series_days:
        return None
    sites = spark.createDataFrame(stretches, ["site_id", "dataset", "first_day", "last_day", "is_end"]) if stretches else None
    series = spark.read.parquet(run.path(UNKNOWN_DAYS.run_prefix(run.run_id))) if has_series_days else None
    return flag_unknown_days(parts, sites, series)


def unknown_stretches(feeds: Sequence[FeedDocument], as_of_date: date) -> Iterator[Stretch]:
    """Yield every stretch of unknown days of every feed: before its first row, where rows are missing, and after its last complete day.

    The days after the end of a feed that another one replaced are not unknown: one that ended where the other begins, or that has been
    silent for long at a site with another feed.
    """
    sites = {feed["site_id"] for feed in feeds if feed["state"] in (FeedState.CURRENT, FeedState.LATE)}
    feeds_of_site = Counter(feed["site_id"] for feed in feeds)
    window_start = as_of_date - timedelta(days=MAX_HISTORY_DAYS - 1)
    for feed in feeds:
        if feed["first_day"] is None:
            continue
        is_replaced = feed["state"] == FeedState.REPLACED or (feed["state"] == FeedState.SILENT and feed["site_id"] in sites)
        before = date.fromisoformat(feed["first_day"]) - timedelta(days=1)
        if feeds_of_site[feed["site_id"]] > 1 and before >= window_start:
            yield feed["site_id"], feed["dataset"], window_start.isoformat(), before.isoformat(), 0
        for first, last in feed["unknown_days"]:
            is_end = last == as_of_date.isoformat()
            if not (is_end and is_replaced):
                yield feed["site_id"], feed["dataset"], first, last, int(is_end)
