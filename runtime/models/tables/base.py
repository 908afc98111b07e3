"""Shared parts of the tables: names of constraints, types of columns."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from sqlalchemy import DateTime, MetaData, Numeric, String, Text, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Identifier = Annotated[str, mapped_column(String(50))]
Quantity = Annotated[Decimal, mapped_column(Numeric())]
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
CreatedAt = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]
Document = Annotated[dict[str, object], mapped_column(JSONB)]
Documents = Annotated[list[object], mapped_column(JSONB)]


class Base(DeclarativeBase):
    """The schema."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {str: Text, UUID: Uuid}  # noqa: RUF012 - SQLAlchemy requires a plain dict


def one_of(column: str, values: type[StrEnum]) -> str:
    """Return the SQL condition that a column holds a member of an enum; easier to extend than an enum of PostgreSQL."""
    return f"{column} in ({', '.join(repr(str(value)) for value in values)})"
