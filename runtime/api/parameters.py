"""Parameters that routes share, each with its limits."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from contracts.identifiers import AROUND, SPACES
from runtime.models.api.requests import ForecastSort, GroupBy, Quantile, TimeHorizon
from runtime.models.domain.fields import STORABLE, Day

PLAIN_SPACES = dict.fromkeys(map(ord, SPACES), " ")


def _normalise(value: str) -> str:
    """Return the text in the form in which identifiers are stored: NFC, with plain spaces, and none around it."""
    return unicodedata.normalize("NFC", value).strip(AROUND).translate(PLAIN_SPACES)


Identifier = Annotated[
    str, StringConstraints(min_length=1, max_length=50, pattern=r"^[^\x00-\x1f=+\-@][^\x00-\x1f]*$"), AfterValidator(_normalise)
]
"""A SKU or site as the contracts allow it: up to 50 characters that do not start like a formula."""
Text = Annotated[str, StringConstraints(pattern=STORABLE)]


def _unique(values: list[str]) -> list[str]:
    duplicates = sorted({value for value in values if values.count(value) > 1})
    if duplicates:
        raise ValueError(f"{', '.join(duplicates)} is repeated; list each value once")
    return values


def _as_list(value: object) -> object:
    """Return a list also for a parameter that was sent once, which Powertools passes as a string."""
    return [value] if isinstance(value, str) else value


def _written_in_digits(value: object) -> object:
    """Left alone, pydantic would read `1_0`, ` 1`, `+5` and `1.0` as numbers."""
    if isinstance(value, str) and not re.fullmatch("-?[0-9]{1,9}", value):
        raise ValueError("write a whole number in digits")
    return value


def _written_as_boolean(value: object) -> object:
    """Left alone, pydantic would read `yes`, `on`, `t` and `1` as true."""
    if isinstance(value, str) and value not in ("true", "false"):
        raise ValueError("write true or false")
    return value


WholeNumber = Annotated[int, BeforeValidator(_written_in_digits)]
Boolean = Annotated[bool, BeforeValidator(_written_as_boolean)]
Horizon = Annotated[TimeHorizon, Query(description="Days after the run's as-of date: 1d, 7d, 14d, 21d or 28d.", examples=["7d"])]
SkuFilter = Annotated[
    Annotated[list[Identifier], AfterValidator(_unique), Field(min_length=1, max_length=100)] | None,
    BeforeValidator(_as_list),
    Query(description="Return only these SKUs. Repeat the parameter for several, up to 100.", examples=[["SKU-0042"]]),
]
Category = Annotated[
    Text | None,
    Query(
        max_length=200, description="Return only SKUs in this category, of any level of the data set sku_master.", examples=["BEVERAGES"]
    ),
]
Quantiles = Annotated[
    Annotated[list[Quantile], AfterValidator(_unique), Field(min_length=1)] | None,
    BeforeValidator(_as_list),
    Query(description="Quantiles in `quantiles`: 0.1, 0.5 or 0.9. Repeat the parameter for several; all by default.", examples=[["0.9"]]),
]
Sort = Annotated[
    ForecastSort,
    Query(description="Order of the rows: sku_id (SKU, site and day), forecast_date, or a quantity; with `-` the largest first."),
]
SiteId = Annotated[Identifier | None, Query(description="Return only this site.", examples=["LDS1"])]
FirstDay = Annotated[Day | None, Query(description="First forecast date (inclusive).", examples=["2026-11-24"])]
LastDay = Annotated[Day | None, Query(description="Last forecast date (inclusive).", examples=["2026-11-30"])]
Limit = Annotated[WholeNumber, Query(ge=1, le=1000, description="Rows per page.")]
Cursor = Annotated[str | None, Query(max_length=2000, description="`next_cursor` of the previous page. Send the same filters with it.")]
RUN_ID = "7f3c1f0e-6f1a-5c55-9d3e-1f2a3b4c5d6e"
NamedRun = Annotated[UUID | None, Query(description="Answer from this run instead of the published one.", examples=[RUN_ID])]
ForecastId = Annotated[str, Path(description="UUID of a run, or id of a forecast row.", examples=[RUN_ID])]
JobId = Annotated[str, Path(description="UUID of the job.", examples=[RUN_ID])]
Grouping = Annotated[GroupBy, Query(description="Dimension of the breakdown: sku, site, week, horizon (days ahead) or lag (weeks).")]
IdempotencyKey = Annotated[
    Text | None,
    Header(
        alias="Idempotency-Key",
        description="A repeated request with the same key and body starts no second run.",
        examples=["2026-11-23-daily"],
    ),
]
