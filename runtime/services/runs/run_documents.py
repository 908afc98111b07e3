"""Reading the documents that the jobs of a run leave in the lake."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from pydantic import ValidationError

from runtime.errors import BrokenRun, NotFound
from runtime.models.domain.documents import Document
from runtime.services.ports import Lake

Kind = TypeVar("Kind", bound=Document)


def read_document(lake: Lake, key: str, kind: type[Kind], run_id: UUID) -> tuple[Kind, dict[str, Any]]:
    """The document at key, checked, and as it stands.

    Raises BrokenRun when it is missing, malformed or of another run.
    """
    try:
        raw = lake.read_json(key)
        document = kind.model_validate(raw)
    except NotFound as error:
        raise BrokenRun(f"{key} is missing: the job that writes it did not finish") from error
    except (ValidationError, ValueError) as error:
        raise BrokenRun(f"{key} cannot be read: {error}") from error
    if getattr(document, "run_id", run_id) != run_id:
        raise BrokenRun(f"{key} belongs to run {raw['run_id']}")
    return document, raw
