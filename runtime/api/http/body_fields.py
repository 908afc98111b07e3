"""The fields that a body may have at the place of a fault."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from aws_lambda_powertools.event_handler.api_gateway import Route
from pydantic import BaseModel


def find_fields(route: Route, path: Sequence[str]) -> list[str]:
    """Return the names of the fields beside the last one of `path`; none where the body has no model."""
    bodies = route.dependant.body_params
    model = _find_model(bodies[0].type_) if bodies else None
    for name in path[:-1]:
        if model is not None and name in model.model_fields:  # the others are positions in lists
            model = _find_model(model.model_fields[name].annotation)
    return sorted(model.model_fields) if model is not None else []


def _find_model(annotation: object) -> type[BaseModel] | None:
    """Return the model in a type: of a list of it, with or without None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _find_model(part)) is not None), None)
