"""Where the twin keeps what it needs to be found again: one ignored folder, one small file in it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from local.processes import ProcessRecord

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ".signify"


@dataclass(frozen=True)
class Ports:
    """The two ports of a twin on 127.0.0.1: the emulator's (all of AWS) and PostgreSQL's."""

    emulator: int = 4566
    postgres: int = 54329


@dataclass(frozen=True)
class TwinState:
    """A twin that was started: its ports and the emulator's process."""

    ports: Ports
    emulator: ProcessRecord

    @property
    def endpoint(self) -> str:
        """The one address of all AWS services."""
        return f"http://127.0.0.1:{self.ports.emulator}"


def home() -> Path:
    """The state folder: `.signify` in the clone, or what SIGNIFY_HOME names."""
    chosen = os.environ.get("SIGNIFY_HOME")
    return Path(chosen).expanduser().resolve() if chosen else ROOT / FOLDER


def logs() -> Path:
    """The folder of all log files."""
    return home() / "logs"


def write(state: TwinState) -> None:
    """Record a started twin."""
    home().mkdir(parents=True, exist_ok=True)
    _file().write_text(json.dumps(asdict(state), indent=2) + "\n", encoding="utf-8")


def read() -> TwinState | None:
    """The recorded twin, running or not; None when there is none (or the file was cut short by a crash)."""
    try:
        recorded = json.loads(_file().read_text(encoding="utf-8"))
        return TwinState(Ports(**recorded["ports"]), ProcessRecord(**recorded["emulator"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def clear() -> None:
    """Forget the recorded twin."""
    _file().unlink(missing_ok=True)
    _environment_file().unlink(missing_ok=True)


def write_environment(variables: dict[str, str]) -> None:
    """Record what the deployed API function is told, for the same API under uvicorn."""
    _environment_file().write_text(json.dumps(variables, indent=2) + "\n", encoding="utf-8")


def read_environment() -> dict[str, str]:
    """What write_environment recorded; empty before the first deploy."""
    try:
        return dict(json.loads(_environment_file().read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}


def _file() -> Path:
    return home() / "twin.json"


def _environment_file() -> Path:
    return home() / "environment.json"
