"""What the emulator's process is told by whoever starts it, through its environment."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from dataclasses import dataclass
from pathlib import Path

PREFIX = "SIGNIFY_TWIN_"


@dataclass(frozen=True)
class EmulatorSettings:
    """Folders and addresses of one running emulator."""

    home: Path
    """The twin's state folder: logs and builds."""
    endpoint: str
    """The emulator's own address, for jobs and functions."""
    postgres_url: str
    """The superuser's URL of the server behind every database cluster."""
    job_python: Path
    """The interpreter that runs Glue jobs; it has Spark's stand-in."""

    def environment(self) -> dict[str, str]:
        """The variables that hand these settings over."""
        return {PREFIX + name.upper(): str(value) for name, value in vars(self).items()}

    @classmethod
    def take_from(cls, environment: MutableMapping[str, str] = os.environ) -> EmulatorSettings:
        """Read the settings and remove them: functions inherit the rest of the environment and must not see the superuser."""
        values = {name.removeprefix(PREFIX).lower(): environment.pop(name) for name in list(environment) if name.startswith(PREFIX)}
        return cls(Path(values["home"]), values["endpoint"], values["postgres_url"], Path(values["job_python"]))
