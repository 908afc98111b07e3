"""The input of an execution of the state machine. `{}` is valid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from runtime.errors import InvalidInput, UnknownInputKey
from runtime.models.domain.fields import STORABLE, Day
from runtime.models.domain.runs import Gate

DEFAULT_HORIZON_DAYS = 28

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255, pattern=STORABLE)]


class RunInput(BaseModel):
    """The input of one run. Defaults: data to yesterday, 28 days, every gate enforced, published.

    A run for a given day or a shorter horizon is an answer to a question, not the forecast of the day: it is published only when
    `publish` says so.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal["1"] = "1"
    run_type: Literal["full"] = "full"
    as_of_date: Day | None = None
    horizon_days: StrictInt = Field(default=DEFAULT_HORIZON_DAYS, ge=1, le=DEFAULT_HORIZON_DAYS)
    gate: Gate = Gate.ENFORCE
    publish: StrictBool | None = None
    notify: StrictBool = True
    requested_by: Line | None = None
    reason: Line | None = None
    idempotency_key: Line | None = None

    @property
    def is_for_readers(self) -> bool:
        """Whether the run is to be published."""
        is_ordinary = self.as_of_date is None and self.horizon_days == DEFAULT_HORIZON_DAYS
        return is_ordinary if self.publish is None else self.publish


def parse_run_input(raw: object) -> RunInput:
    """Validate the input of an execution.

    Raises UnknownInputKey naming the allowed keys, or InvalidInput naming each wrong field and its value.
    """
    if not isinstance(raw, Mapping):
        raise InvalidInput(f"the input must be a JSON object such as {{}}, not {raw!r}")
    unknown_keys = sorted(set(raw) - set(RunInput.model_fields))
    if unknown_keys:
        raise UnknownInputKey(
            f"unknown {'keys' if len(unknown_keys) > 1 else 'key'} {', '.join(unknown_keys)}; allowed: {', '.join(RunInput.model_fields)}"
        )
    try:
        return RunInput.model_validate(raw)
    except ValidationError as error:
        raise InvalidInput("; ".join(_fault(fault) for fault in error.errors())) from None


def _fault(fault: ErrorDetails) -> str:
    message = fault["msg"].removeprefix("Value error, ")
    return f"{'.'.join(map(str, fault['loc']))} = {fault['input']!r}: {message[0].lower()}{message[1:]}"
