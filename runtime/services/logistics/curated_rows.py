"""The port of the rows that a run accepted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

if TYPE_CHECKING:
    import pandas as pd  # only the functions that measure ship pandas

DAY = "day"
"""The column in which rows of chosen days have their day."""


@dataclass(frozen=True)
class DayRange:
    """Days from first to last. columns: the day of a row is the first of these that it states."""

    columns: Sequence[str]
    first: date
    last: date


class CuratedRows(Protocol):
    """The rows of every data set that a run accepted, as frames.

    Decimals are floats and days are dates. A timestamp is the text of the time at the row's site, with its offset (UTC where the time zone
    of the site is unknown).
    """

    def read(self, run_id: UUID, dataset: str, days: DayRange | None = None) -> pd.DataFrame:
        """Return the rows of a data set, all or those of some days, which then have the column DAY; no column when there is no row."""

    def find_last_days(self, run_id: UUID, dataset: str, until: date) -> Mapping[str, date]:
        """Return the last business day of each site, up to a day; sites without a row are left out."""
