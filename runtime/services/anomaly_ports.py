"""Ports of anomaly detection beside the forecasts: events, and the reference data that a run read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from runtime.models.domain.anomaly_events import AnomalyEvent

if TYPE_CHECKING:
    import pandas as pd


class AnomalyEvents(Protocol):
    """The anomaly events of all runs."""

    def list_recent(self, measure: str, since: date) -> list[AnomalyEvent]:
        """Return the events of a measure that are open, or are over and ended on a day or later; merged ones are left out."""

    def newest_day(self, measure: str) -> date | None:
        """Return the newest as-of date of which a run saw an event of a measure; None when there is no event."""

    def save(self, events: Sequence[AnomalyEvent]) -> None:
        """Store events, in place of earlier versions of them, all or none."""

    def list_messages(self, run_id: UUID) -> list[AnomalyEvent]:
        """Return the events of which a run told people, the worst and then the newest first."""


class ReferenceData(Protocol):
    """Rows of the data sets that a run read beside demand."""

    def rows(self, run_id: UUID, dataset: str) -> pd.DataFrame:
        """Return the valid rows of a data set, with the columns of its contract; none when no file of it was uploaded."""
