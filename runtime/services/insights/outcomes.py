"""Measure what became of the predictions of insights that have ended, and what their rules are worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import fsum
from typing import cast
from uuid import UUID, uuid5

from kpi_engine.insights.engine import ALWAYS_HEARD
from kpi_engine.insights.json_values import JsonDocument
from kpi_engine.insights.rule_records import RuleRecord, has_come_true, summarise_rules
from runtime.models.domain.insights import SYSTEM, InsightEvent, InsightEventKind
from runtime.models.domain.runs import ForecastRun
from runtime.services.insights.ports import InsightRepository, Prediction, RowSelection, RunEvidence
from runtime.services.ports import Clock

NAMESPACE = UUID("c1b6a8a2-5f0c-5c6e-9a57-0d5c0d3f8f11")


@dataclass(frozen=True)
class Outcomes:
    """Compare predictions with the demand that followed, once all their days are complete."""

    insights: InsightRepository
    evidence: RunEvidence
    clock: Clock

    def measure(self, run: ForecastRun) -> list[InsightEvent]:
        """Store and return what became of the predictions whose days a run knows. A day without demand leaves its prediction open."""
        events = [event for each in self.insights.list_unmeasured(run.as_of_date) if (event := self._measure(run, each))]
        self.insights.add_events(events)
        return events

    def summarise(self) -> tuple[RuleRecord, ...]:
        """Return what the rules are worth by the insights that have ended."""
        return summarise_rules(self.insights.list_closed(), ALWAYS_HEARD)

    def _measure(self, run: ForecastRun, prediction: Prediction) -> InsightEvent | None:
        document = cast(JsonDocument, prediction.document)
        units = self.evidence.demand(run.id, [_select(run.id, row) for row in document["rows"]])
        if any(each is None for each in units):
            return None
        sign = 1.0 if document["direction"] == "above" else -1.0
        effect = _sum_effect([each or 0.0 for each in units], [row["limit"] for row in document["rows"]], sign)
        detail = {
            "run_id": str(run.id),
            "as_of_date": run.as_of_date.isoformat(),
            "predicted_units": document["effect"],
            "actual_units": effect,
            "is_hit": has_come_true(document["effect"], effect),
        }
        identifier = uuid5(NAMESPACE, str(prediction.insight_id))
        return InsightEvent(
            identifier, prediction.insight_id, self.clock.now(), SYSTEM, InsightEventKind.MEASURED, prediction.version, detail
        )


def _select(run_id: UUID, row: JsonDocument) -> RowSelection:
    first_day, last_day = date.fromisoformat(row["first_date"]), date.fromisoformat(row["last_date"])
    return RowSelection(run_id, first_day, last_day, tuple(row["site_ids"]), tuple(row["sku_ids"]))


def _sum_effect(units: Sequence[float], limits: Sequence[float], sign: float) -> float:
    return fsum(max(0.0, sign * (each - limit)) for each, limit in zip(units, limits, strict=True))
