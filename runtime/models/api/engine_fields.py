"""Response models with the fields of the engine's reports, so that a field is stated once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import fields, is_dataclass
from typing import TypeVar, cast, get_type_hints

from pydantic import BaseModel, create_model
from pydantic.fields import FieldInfo

M = TypeVar("M", bound=BaseModel)


def fields_of(part: type, *, optional: Collection[str] = ()) -> Callable[[type[M]], type[M]]:
    """Give a model the fields of a part or row of a report, in its order, after those that it inherits.

    What the model states itself stays: a description, a nested model. optional: fields that some answers leave out.

    >>> from typing import NamedTuple
    >>> class WeekRow(NamedTuple):
    ...     iso_week: str
    ...     wape: float | None
    >>> @fields_of(WeekRow, optional=["wape"])
    ... class Week(BaseModel):
    ...     pass
    >>> {name: entry.is_required() for name, entry in Week.model_fields.items()}
    {'iso_week': True, 'wape': False}
    """

    def derive(model: type[M]) -> type[M]:
        base_fields = {name for base in model.__bases__ for name in getattr(base, "model_fields", {})}
        own_fields = {name: entry for name, entry in model.model_fields.items() if name not in base_fields}
        hints, names = get_type_hints(part), _list_names(part)
        definitions = {
            name: _define(own_fields.get(name), hints[name], is_optional=name in optional) for name in names if name not in base_fields
        }
        further_fields = {name: (entry.annotation, entry) for name, entry in own_fields.items() if name not in names}
        return cast(
            type[M],
            create_model(  # type: ignore[call-overload]
                model.__name__,
                __base__=model.__bases__,
                __doc__=model.__doc__,
                __module__=model.__module__,
                **{**definitions, **further_fields},
            ),
        )

    return derive


def _list_names(part: type) -> list[str]:
    return [entry.name for entry in fields(part)] if is_dataclass(part) else list(getattr(part, "_fields"))  # noqa: B009 - of any named tuple


def _define(own_field: FieldInfo | None, hint: type, *, is_optional: bool) -> tuple[object, object]:
    if own_field is not None:
        return own_field.annotation, own_field
    return (hint | None, None) if is_optional else (hint, ...)
