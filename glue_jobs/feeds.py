"""The feeds of a run: what each site delivered, day by day, and the days that are unknown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from contracts import datasets
from contracts.datasets import Contract
from contracts.documents import DatasetQualityDocument, FeedDocument
from contracts.paths import Zone, run_prefix
from contracts.quality_codes import ABSENT_SERIES_CODES, PARKED_CODES, QuarantineCode
from contracts.tables import UNKNOWN_DAYS, curated_table
from forecast_engine.panel import MAX_HISTORY_DAYS
from glue_jobs.arguments import JobRun
from glue_jobs.feed_documents import DRIFT_DAYS, FeedCounts, feed_document, mark_replaced
from glue_jobs.transforms.feed_days import (
    BIN_EDGES,
    QUANTITY_COLUMNS,
    SITE_COLUMNS,
    coded_days,
    quantity_bins,
    quarantined_days,
    unplaced_rows,
    unresolved_days,
    usable_days,
)
from kpi_engine.shared.arrays import Ints

MOST_UNUSABLE_FEEDS = 50
"""Sites without any usable row that are listed; unreadable files may name any number."""


@dataclass(frozen=True)
class RunFeeds:
    """The feeds of a run, and the number of days of single series that are unknown.

    unplaced_rows: by data set and object, the quarantined rows of which site and day cannot be told.
    """

    documents: tuple[FeedDocument, ...]
    unknown_series_days: int
    unplaced_rows: Mapping[str, Mapping[str, int]]


def assess_feeds(spark: SparkSession, run: JobRun, reports: Mapping[str, DatasetQualityDocument]) -> RunFeeds:
    """Assess the feeds of every data set that carries demand, and write the unknown days of single series.

    reports: the counts of the rows by data set.
    """
    contracts = [datasets.load(name) for name in SITE_COLUMNS if run.of_dataset(name)]
    frames = [_Frames.read(spark, run, each, reports[each.dataset]["codes"]) for each in contracts if _has_feeds(each)]
    documents = mark_replaced([document for frame in frames for document in _documents(frame, run.as_of_date)])
    series_days = [_unknown_series_days(frame.quarantine, frame.contract) for frame in frames if frame.quarantine is not None]
    feeds = sorted(documents, key=lambda feed: (feed["dataset"], feed["site_id"]))
    unplaced_counts = {
        frame.contract.dataset: frame.quarantine.count_unplaced(frame.contract) if frame.quarantine else {} for frame in frames
    }
    return RunFeeds(tuple(feeds), _write(spark, run, series_days), unplaced_counts)


def _has_feeds(contract: Contract) -> bool:
    """Return whether the contract has the columns from which feeds are read."""
    columns = {column.name for column in contract.columns}
    return {SITE_COLUMNS[contract.dataset], QUANTITY_COLUMNS[contract.dataset], "sku_id"} <= columns


@dataclass(frozen=True)
class _Quarantine:
    """The rows of one data set in quarantine.

    days: feed_days.quarantined_days, without the rows that wait for master data; open_days: feed_days.unresolved_days, with those that
    wait for a lane or a time zone, because the demand of their days is incomplete; coded_days: feed_days.coded_days, with all of them.
    """

    rows: DataFrame
    days: DataFrame
    open_days: DataFrame
    coded_days: DataFrame

    def count_unplaced(self, contract: Contract) -> Mapping[str, int]:
        """Return the rows of which site and day cannot be told, by object."""
        return {row["source_object"]: int(row["n_rows"]) for row in unplaced_rows(self.rows, contract).collect()}


@dataclass(frozen=True)
class _Frames:
    """The curated and the quarantined rows of one data set; quarantine: None when there is no such row."""

    contract: Contract
    curated_rows: DataFrame
    quarantine: _Quarantine | None

    @classmethod
    def read(cls, spark: SparkSession, run: JobRun, contract: Contract, codes: Collection[str]) -> _Frames:
        curated_rows = spark.read.parquet(run.path(curated_table(contract).run_prefix(run.run_id)))
        if not codes:
            return cls(contract, curated_rows, None)
        path = run.path(run_prefix(Zone.QUARANTINE, contract.dataset, run.run_id, contract.version))
        all_rows = spark.read.parquet(path)
        rows = _without(all_rows, PARKED_CODES)
        quarantine = _Quarantine(
            rows,
            quarantined_days(rows, contract, run.as_of_date),
            unresolved_days(_without(all_rows, ABSENT_SERIES_CODES), curated_rows, contract, run.as_of_date),
            coded_days(all_rows, contract, run.as_of_date),
        )
        return cls(contract, curated_rows, quarantine)


def _without(rows: DataFrame, codes: Collection[QuarantineCode]) -> DataFrame:
    return rows.where(~F.col("code").isin(*sorted(code.value for code in codes)))


def _unknown_series_days(quarantine: _Quarantine, contract: Contract) -> DataFrame:
    """Return the days of series of which at least half of the rows are in quarantine."""
    rows = quarantine.open_days.where(F.col("n_rows") >= F.col("n_usable"))
    return rows.select("site_id", "sku_id", "day", F.lit(contract.dataset).alias("dataset"))


def _write(spark: SparkSession, run: JobRun, parts: list[DataFrame]) -> int:
    """Write the unknown days of series, and return their number."""
    if not parts:
        return 0
    rows = parts[0]
    for part in parts[1:]:
        rows = rows.unionByName(part)
    path = run.path(UNKNOWN_DAYS.run_prefix(run.run_id))
    rows.write.mode("overwrite").parquet(path)
    return int(spark.read.parquet(path).count())


def _documents(frames: _Frames, as_of_date: date) -> list[FeedDocument]:
    first_day = as_of_date - timedelta(days=MAX_HISTORY_DAYS - 1)
    dataset = frames.contract.dataset
    usable = _by_site(usable_days(frames.curated_rows, dataset, as_of_date), first_day, MAX_HISTORY_DAYS)
    quarantined: Mapping[str, Ints] = {}
    open_rows: Mapping[str, Ints] = {}
    codes: Mapping[str, Mapping[str, Ints]] = {}
    if frames.quarantine is not None:
        quarantined = _by_site(frames.quarantine.days, first_day, MAX_HISTORY_DAYS)
        open_days = frames.quarantine.open_days.groupBy("site_id", "day").agg(F.sum("n_site_rows").alias("n_rows"))
        open_rows = _by_site(open_days, first_day, MAX_HISTORY_DAYS)
        codes = _by_site_and_code(frames.quarantine.coded_days, first_day, MAX_HISTORY_DAYS)
    bins = _bins_by_site(quantity_bins(frames.curated_rows, dataset, as_of_date - timedelta(days=DRIFT_DAYS - 1), as_of_date), as_of_date)
    row_counts = {
        site: sum(int(rows.sum()) for code, rows in of_site.items() if code not in PARKED_CODES) for site, of_site in codes.items()
    }
    unusable = sorted((site for site in row_counts.keys() - usable.keys() if row_counts[site]), key=lambda site: (-row_counts[site], site))
    nothing = np.zeros(MAX_HISTORY_DAYS, dtype=np.int64)
    return [
        feed_document(
            dataset,
            site,
            first_day,
            FeedCounts(
                usable=usable.get(site, nothing),
                quarantined=quarantined.get(site, nothing),
                open_rows=open_rows.get(site, nothing),
                bins=bins.get(site, np.zeros((DRIFT_DAYS, len(BIN_EDGES) + 1), dtype=np.int64)),
                by_code=codes.get(site, {}),
            ),
        )
        for site in [*sorted(usable), *unusable[:MOST_UNUSABLE_FEEDS]]
    ]


def _by_site(counts: DataFrame, first_day: date, days: int) -> Mapping[str, Ints]:
    """Return the rows of every site by day, from first_day on."""
    rows = counts.where(F.col("day") >= F.lit(first_day).cast("date")).collect()
    result: dict[str, Ints] = {}
    for row in rows:
        result.setdefault(row["site_id"], np.zeros(days, dtype=np.int64))[(row["day"] - first_day).days] += int(row["n_rows"])
    return result


def _by_site_and_code(counts: DataFrame, first_day: date, days: int) -> Mapping[str, Mapping[str, Ints]]:
    """Return the rows of every site by code and day, from first_day on."""
    result: dict[str, dict[str, Ints]] = {}
    for row in counts.where(F.col("day") >= F.lit(first_day).cast("date")).collect():
        codes = result.setdefault(row["site_id"], {})
        codes.setdefault(row["code"], np.zeros(days, dtype=np.int64))[(row["day"] - first_day).days] += int(row["n_rows"])
    return result


def _bins_by_site(counts: DataFrame, as_of_date: date) -> Mapping[str, Ints]:
    """Return the rows of every site by day and bin of quantity, (DRIFT_DAYS, bins)."""
    first_day = as_of_date - timedelta(days=DRIFT_DAYS - 1)
    result: dict[str, Ints] = {}
    for row in counts.collect():
        bins = result.setdefault(row["site_id"], np.zeros((DRIFT_DAYS, len(BIN_EDGES) + 1), dtype=np.int64))
        bins[(row["day"] - first_day).days, int(row["bin"])] += int(row["n_rows"])
    return result
