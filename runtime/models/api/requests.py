"""Request models of the API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints

from runtime.models.domain.fields import STORABLE, Day
from runtime.models.domain.runs import Gate
from runtime.models.exports.orders import ExportFormat, ExportResource

CellText = Annotated[str, StringConstraints(max_length=1000, pattern=STORABLE)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255, pattern=STORABLE)]


ActorDetail = Annotated[
    Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255, pattern=STORABLE)] | None,
    Field(description="The person for whom the client acts. It is recorded in the audit log as stated; the token proves only the client."),
]


class TimeHorizon(StrEnum):
    """Number of days after the run's as-of date: forecast dates as_of + 1 to as_of + N."""

    ONE_DAY = "1d"
    ONE_WEEK = "7d"
    TWO_WEEKS = "14d"
    THREE_WEEKS = "21d"
    FOUR_WEEKS = "28d"

    @property
    def days(self) -> int:
        """The number of days."""
        return int(self.value.removesuffix("d"))


@dataclass(frozen=True)
class DateRange:
    """First and last day, both included; None leaves that side open."""

    start_date: date | None = None
    end_date: date | None = None


class GroupBy(StrEnum):
    """Dimension of the breakdown of accuracy figures."""

    NONE = "none"
    SKU = "sku"
    SITE = "site"
    WEEK = "week"
    HORIZON = "horizon"
    LAG = "lag"


class ForecastSort(StrEnum):
    """Order of a list of forecasts: by SKU, site and day, by day, or by a quantity; `-`: largest first."""

    SKU = "sku_id"
    DAY = "forecast_date"
    MEDIAN = "predicted_value"
    LARGEST_MEDIAN = "-predicted_value"
    MEAN = "mean_value"
    LARGEST_MEAN = "-mean_value"

    @property
    def quantity(self) -> str | None:
        """The column of the quantity that the list is sorted by, if any."""
        return None if self in (ForecastSort.SKU, ForecastSort.DAY) else self.value.removeprefix("-")

    @property
    def is_descending(self) -> bool:
        """Whether the largest quantity comes first."""
        return self.value.startswith("-")


class Quantile(StrEnum):
    """A quantile that every forecast has."""

    P10 = "0.1"
    P50 = "0.5"
    P90 = "0.9"


class CancelRequest(BaseModel):
    """Why a job is cancelled, and for whom; both are recorded in the audit log."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Reason | None = None
    actor_detail: ActorDetail = None


class ForecastRequest(BaseModel):
    """Options of a new run. All are optional: by default the data to yesterday, 28 days, gates enforced, published.

    A run with an `as_of_date` or a shorter horizon is published only with `publish: true`. While another run is in flight, a run starts
    only with `force: true`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    time_horizon: TimeHorizon = TimeHorizon.FOUR_WEEKS
    as_of_date: Day | None = None
    gate: Gate = Gate.ENFORCE
    publish: StrictBool | None = None
    force: StrictBool = False
    reason: Reason | None = None

    @property
    def needs_administrator(self) -> bool:
        """Whether the request overrides what protects others: a gate, the rule which runs are published, or that runs are alone."""
        return self.publish is True or self.force or self.gate is not Gate.ENFORCE


class ExportRequest(BaseModel):
    """A list as a file. Without `run_id` the lists of a run are those of the published one; `workbook` is for the format xlsx."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    resource: ExportResource
    format: ExportFormat = ExportFormat.CSV
    run_id: UUID | None = None
    time_horizon: TimeHorizon | None = Field(None, description="Days of the forecasts; all that the run has by default.")
    site_id: Annotated[str, StringConstraints(min_length=1, max_length=50, pattern=STORABLE)] | None = None
    sku_ids: Annotated[list[CellText], Field(min_length=1, max_length=100)] | None = Field(
        None, description="Only these SKUs; for `forecasts` and `workbook`."
    )


class PublishRequest(BaseModel):
    """Why a run is published by hand, and for whom; both are recorded in the audit log."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Reason
    actor_detail: ActorDetail = None


LineNumber = Annotated[int, Field(ge=1, lt=2**53, strict=True)]


class MendedRow(BaseModel):
    """One mended row. `values`: those that change, by column; without them, the certain correction of the record."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line: LineNumber = Field(description="Line of the quarantined row, as in its record.")
    values: dict[str, CellText] | None = None


class ReplayRequest(BaseModel):
    """Mended rows of one object. Without `rows`: every open row whose correction is certain, corrected."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: Annotated[list[MendedRow], Field(min_length=1, max_length=5000)] | None = None
    reason: Reason | None = None
    actor_detail: ActorDetail = None


class DiscardRequest(BaseModel):
    """The lines of quarantined rows that are not needed (without `lines`: all open ones of the object), and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Reason
    lines: Annotated[list[LineNumber], Field(min_length=1, max_length=20_000)] | None = None
    actor_detail: ActorDetail = None
