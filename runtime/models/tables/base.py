"""What every table shares: names of constraints, types of columns."""

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
Quantity = Annotated[Decimal, mapped_column(Numeric(12, 2))]
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
CreatedAt = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]
Document = Annotated[dict[str, object], mapped_column(JSONB)]
Documents = Annotated[list[object], mapped_column(JSONB)]


class Base(DeclarativeBase):
    """The schema."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {str: Text, UUID: Uuid}  # noqa: RUF012 - SQLAlchemy reads it as it stands


def one_of(column: str, values: type[StrEnum]) -> str:
    """The SQL condition that column holds a member of values; text and a check are easier to extend than a PostgreSQL enum."""
    return f"{column} in ({', '.join(repr(str(value)) for value in values)})"
