"""Settings of the emulator's process, passed through its environment."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from dataclasses import dataclass
from pathlib import Path

REGION = "us-east-1"
ACCOUNT = "000000000000"

PREFIX = "SIGNIFY_EMULATOR_"


@dataclass(frozen=True)
class EmulatorSettings:
    """Folders and addresses of one running emulator."""

    home: Path
    """The state folder of the local stack: logs and builds."""
    endpoint: str
    """The emulator's own address, for jobs and functions."""
    postgres_url: str
    """The superuser's URL of the PostgreSQL server that holds every database cluster."""
    job_python: Path
    """The interpreter that runs Glue jobs."""

    def to_environment(self) -> dict[str, str]:
        """Return the environment variables that carry these settings."""
        return {PREFIX + name.upper(): str(value) for name, value in vars(self).items()}

    @classmethod
    def pop_from(cls, environment: MutableMapping[str, str] = os.environ) -> EmulatorSettings:
        """Read the settings and remove their variables: functions inherit the environment and must not get the superuser's URL."""
        values = {name.removeprefix(PREFIX).lower(): environment.pop(name) for name in list(environment) if name.startswith(PREFIX)}
        return cls(Path(values["home"]), values["endpoint"], values["postgres_url"], Path(values["job_python"]))
