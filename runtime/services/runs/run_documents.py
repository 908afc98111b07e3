"""Read the documents that the jobs of a run write to the lake."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from pydantic import ValidationError

from runtime.errors import BrokenRun, NotFound
from runtime.models.domain.documents import Document
from runtime.services.object_ports import Lake

D = TypeVar("D", bound=Document)


def read_document(lake: Lake, key: str, document_type: type[D], run_id: UUID) -> tuple[D, dict[str, object]]:
    """Return the document at key, validated, and as it is stored.

    Raises BrokenRun when it is missing, malformed or of another run.
    """
    try:
        raw: dict[str, object] = lake.read_json(key)
        document = document_type.model_validate(raw)
    except NotFound as error:
        raise BrokenRun(f"{key} is missing: the job that writes it did not finish") from error
    except (ValidationError, ValueError) as error:
        raise BrokenRun(f"{key} cannot be read: {error}") from error
    if getattr(document, "run_id", run_id) != run_id:
        raise BrokenRun(f"{key} belongs to run {raw['run_id']}")
    return document, raw
