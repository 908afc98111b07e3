"""The database."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from cdk.settings.group import SettingGroup


class DatabaseSettings(SettingGroup):
    """Aurora PostgreSQL: how big, how protected, how it is reached."""

    database_min_capacity: float = Field(0, ge=0, le=256, multiple_of=0.5, description="ACU when idle; 0 pauses the database.")
    database_max_capacity: float = Field(4, ge=1, le=256, multiple_of=0.5, description="ACU at most.")
    database_pause_minutes: int = Field(10, ge=5, le=1440, description="Idle minutes before a database with 0 ACU pauses.")
    database_backup_days: int = Field(7, ge=1, le=35, description="Days that can be restored to any second.")
    database_deletion_protection: bool = Field(False, description="RDS refuses to delete the cluster.")
    database_ssl_mode: Literal["disable", "require"] = Field("require", description="What functions demand of a database connection.")
    database_reader: bool = Field(False, description="A second instance in another zone, which takes over when the first fails.")
    database_proxy: bool = Field(
        False, description="RDS Proxy between functions and database; it keeps connections open, so the database never pauses."
    )

    @model_validator(mode="after")
    def _capacities_are_ordered(self) -> Self:
        if self.database_min_capacity > self.database_max_capacity:
            raise ValueError(
                f"databaseMinCapacity is {self.database_min_capacity:g}, databaseMaxCapacity {self.database_max_capacity:g}: "
                "the minimum may not exceed the maximum"
            )
        if self.database_proxy and self.database_min_capacity == 0:
            raise ValueError(
                "databaseProxy keeps the database from pausing: set databaseMinCapacity to 0.5 or more, or leave the proxy out"
            )
        return self
