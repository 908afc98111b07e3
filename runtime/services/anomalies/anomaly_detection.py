"""Detecting anomalies in the demand of the last week, with the built-in detector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from statistics import median
from typing import Any
from uuid import UUID

from kpi_engine.anomalies.detection.detector import detect, groups
from kpi_engine.anomalies.lookout.in_memory import GroupsAtHand
from kpi_engine.anomaly_detection import AnomalyDetectionEngine
from runtime.errors import NotFound
from runtime.models.domain import run_files
from runtime.models.domain.jobs import Step
from runtime.models.domain.runs import ForecastRun
from runtime.services.anomalies.expectations import Expectations, reaching
from runtime.services.ports import AnomalyTable, Clock, ForecastFrames, JobRepository, Lake, RunRepository

DETECTOR = "builtin/demand"
JUDGED_DAYS = 7
PAST_DAYS = 49
COMPARED_RUNS = 14
ENOUGH_RUNS = 5


@dataclass(frozen=True)
class Detected:
    """What was found in one run."""

    run_id: UUID
    series: int
    report: Mapping[str, Any]
    usual: float | None = None
    """The median number of groups in the runs before; None when they are too few."""

    @property
    def times_usual(self) -> float | None:
        """How many times as many groups as usual; a usual run has at least one, for this."""
        return None if self.usual is None else float(self.report["total"] / max(self.usual, 1))

    def answer(self) -> dict[str, Any]:
        """The output of the state: counts, and where the report is."""
        counts = {"total": self.report["total"], "by_severity": self.report["by_severity"], "alerts": len(self.report["alerts"])}
        return {"run_id": str(self.run_id), "series": self.series, **counts, "report": run_files.anomalies(self.run_id)}


@dataclass(frozen=True)
class AnomalyDetection:
    """Judge the last days against what was expected of them before, and keep the report in the lake."""

    runs: RunRepository
    jobs: JobRepository
    frames: ForecastFrames
    lake: Lake
    table: AnomalyTable
    clock: Clock

    def detect(self, run_id: UUID) -> Detected:
        """Store the report of a run; doing it again stores the same. Raises RunNotFound.

        Without any expectation (a first run too short for a back-test) the report holds no group, and says why in `undefined`.
        """
        run = self.runs.get(run_id)
        series, found = self._groups(run)
        report = AnomalyDetectionEngine(found).process_anomaly_results(DETECTOR, JUDGED_DAYS, until=run.as_of_date)
        if not series:
            report["undefined"] = {**report["undefined"], "groups": "no_expectations"}
        about = {"run_id": str(run_id), "as_of_date": run.as_of_date.isoformat(), "detector": DETECTOR, "series": series}
        self.lake.write_json(run_files.anomalies(run_id), {**about, "report": report})
        self.table.write(run_id, [{**about, **row(group)} for name in LISTS for group in report[name]])
        self.jobs.running(run_id, Step.COMPUTE_KPIS.progress, self.clock.now())
        return Detected(run_id, series, report, self._usual(run))

    def _usual(self, run: ForecastRun) -> float | None:
        totals = []
        for earlier in self.runs.published_before(run.as_of_date)[:COMPARED_RUNS]:
            try:
                totals.append(self.lake.read_json(run_files.anomalies(earlier.id))["report"]["total"])
            except NotFound:  # its report is too old, or was never written
                continue
        return float(median(totals)) if len(totals) >= ENOUGH_RUNS else None

    def _groups(self, run: ForecastRun) -> tuple[int, GroupsAtHand]:
        """How many series were judged, and what was found in them."""
        first = run.as_of_date - timedelta(days=PAST_DAYS + JUDGED_DAYS - 1)
        earlier = reaching(self.runs.published_before(run.as_of_date), first)
        panel = Expectations(self.frames, PAST_DAYS, JUDGED_DAYS).panel(run, earlier)
        if panel is None:
            return 0, GroupsAtHand({DETECTOR: []})
        return len(panel.dimensions), groups(panel, detect(panel), DETECTOR, UTC)


LISTS = ("volume_spikes", "volume_drops", "other")
"""Each group of a report stands in one of these."""


def row(group: Mapping[str, Any]) -> dict[str, Any]:
    """A group of the report as a row: where it is in two lists, of its events the names. A list that is empty names no limit."""
    where = group["dimensions"]
    events = [event["name"] for event in group["known_events"]]
    return {**group, "site_ids": where.get("site_id", []), "sku_ids": where.get("sku_id", []), "known_events": events}
