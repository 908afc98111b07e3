"""Ports of insights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from runtime.models.domain.audit import AuditEvent
from runtime.models.domain.insights import EditOutcome, InsightChange, InsightEdit, InsightEvent, StoredInsight
from runtime.models.domain.kpis import Basis
from runtime.services.read_ports import JsonRows

if TYPE_CHECKING:
    from kpi_engine.insights.rule_records import ClosedInsight  # only the function that derives insights ships it


@dataclass(frozen=True)
class ObjectLines:
    """Rows of one object that a figure is added up from, as ranges of lines, both ends included."""

    object_id: UUID
    dataset: str
    rows: int
    line_ranges: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class AccuracyDocument:
    """An accuracy report as it is stored. lead_days: from the last day that the run knew to the day of the report."""

    run_id: UUID
    basis: Basis
    lead_days: int
    document: Mapping[str, object]


@dataclass(frozen=True)
class RowSelection:
    """Rows of a run on these days, of these sites and SKUs (empty: all). dataset None: those that demand is made of."""

    run_id: UUID
    first_day: date
    last_day: date
    site_ids: tuple[str, ...] = ()
    sku_ids: tuple[str, ...] = ()
    dataset: str | None = None


@dataclass(frozen=True)
class InsightFilters:
    """Filters of the list of insights; empty or None: all. statuses empty: the open ones."""

    categories: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    owner_role: str | None = None
    site_id: str | None = None


@dataclass(frozen=True)
class Prediction:
    """What an insight predicted: `prediction` of its explanation."""

    insight_id: UUID
    version: int
    document: Mapping[str, object]


class InsightRepository(Protocol):
    """The insights and what happened to them."""

    def list_current(self, since: datetime) -> list[StoredInsight]:
        """Return the open insights, and those that were closed or last seen at `since` or later."""

    def apply(self, changes: Sequence[InsightChange]) -> None:
        """Store all changes with their events, or none. Raises InsightChanged when one has another version than expected."""

    def list_closed(self) -> list[ClosedInsight]:
        """Return of each rule the insights that ended last, those that another one contains left out: the newest first."""

    def list_unmeasured(self, until: date) -> list[Prediction]:
        """Return the predictions up to a day of insights that are resolved or expired, and of which nothing was measured yet."""

    def add_events(self, events: Sequence[InsightEvent]) -> None:
        """Store events of insights; an event that is stored already changes nothing."""


class InsightReads(Protocol):
    """The insights as the API shows them."""

    def rows(self, filters: InsightFilters, after: Sequence[str] | None, limit: int) -> JsonRows:
        """Return insights, the highest rank first."""

    def find(self, insight_id: UUID) -> tuple[int, str] | None:
        """Return the version of an insight and the insight with its events as a JSON object; None when there is none."""

    def find_explanation(self, insight_id: UUID) -> Mapping[str, object] | None:
        """Return the explanation of an insight, with insight_id, version and generated_at; None when there is no such insight."""

    def find_status(self, insight_id: UUID) -> tuple[int, str] | None:
        """Return version and status of an insight, None when there is none."""

    def count_beyond(self, day: date) -> int:
        """Return how many open insights were last judged by a run with data beyond a day."""


class InsightEdits(Protocol):
    """Changes by hand."""

    def change(self, insight_id: UUID, expected_version: int, edit: InsightEdit, event: AuditEvent) -> EditOutcome:
        """Change an insight of this version and record the event with it, in one transaction.

        It is open, or an open status opens it again: then the runs without its condition count anew.
        """

    def add_feedback(self, event: InsightEvent) -> InsightEvent:
        """Store feedback on an insight and return it; an event that is stored already with its id stays and is returned."""


class RunEvidence(Protocol):
    """Rows of a run that explain its figures."""

    def site_days(self, run_id: UUID, since: date) -> list[float]:
        """Return the demand of every site and day from a day on, units."""

    def demand(self, run_id: UUID, selections: Sequence[RowSelection]) -> list[float | None]:
        """Return for each selection its demand in units; None when a day is missing or the demand of a row of it is unknown."""

    def source_lines(self, run_id: UUID, selections: Sequence[RowSelection]) -> list[list[ObjectLines]]:
        """Return for each selection from which lines of which objects its rows come."""


class MeasuredFigures(Protocol):
    """What the steps before have stored of a run."""

    def accuracy_documents(self, run_id: UUID) -> list[AccuracyDocument]:
        """Return of the reports that a run computed its back-test, those a week after a run, and the one over the most days."""

    def planned_units(self, selection: RowSelection) -> float | None:
        """Return the sum of the forecast of a run over these days; None when it has none."""
