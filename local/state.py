"""The state folder of the local stack: one ignored folder with logs, builds and a small file that identifies what is running."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from local.processes import ProcessRecord

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ".signify"
MESSAGES = "messages.jsonl"


@dataclass(frozen=True)
class Ports:
    """The two ports of a local stack on 127.0.0.1: the emulator's (all of AWS) and PostgreSQL's."""

    emulator: int = 4566
    postgres: int = 54329


@dataclass(frozen=True)
class LocalStackState:
    """A local stack that was started: its ports and the emulator's process."""

    ports: Ports
    emulator: ProcessRecord

    @property
    def endpoint(self) -> str:
        """The address of all AWS services."""
        return f"http://127.0.0.1:{self.ports.emulator}"


@dataclass(frozen=True)
class Start:
    """A start that is not complete: the process that performs it, and the CDK command that it runs now."""

    starter: ProcessRecord
    cdk: ProcessRecord | None = None

    @property
    def was_interrupted(self) -> bool:
        """Whether the process ended before the start was complete, and before it could stop what it had started."""
        return not self.starter.is_running


def home() -> Path:
    """Return the state folder: SIGNIFY_HOME, else `.signify` in the clone."""
    variable = os.environ.get("SIGNIFY_HOME")
    return Path(variable).expanduser().resolve() if variable else ROOT / FOLDER


def logs() -> Path:
    """Return the folder of all log files."""
    return home() / "logs"


def messages() -> Path:
    """Return the file with the messages that the channels of Slack and Microsoft Teams received."""
    return logs() / MESSAGES


def write(state: LocalStackState) -> None:
    """Record a local stack that was started."""
    home().mkdir(parents=True, exist_ok=True)
    _state_file().write_text(json.dumps(asdict(state), indent=2) + "\n", encoding="utf-8")


def read() -> LocalStackState | None:
    """Return the recorded local stack, running or not; None when there is none, or a crash truncated the file."""
    try:
        content = json.loads(_state_file().read_text(encoding="utf-8"))
        return LocalStackState(Ports(**content["ports"]), ProcessRecord(**content["emulator"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def write_start(start: Start) -> None:
    """Record a start before it starts anything, and each of its CDK commands."""
    home().mkdir(parents=True, exist_ok=True)
    _start_file().write_text(json.dumps(asdict(start), indent=2) + "\n", encoding="utf-8")


def read_start() -> Start | None:
    """Return the start that is not complete; None when there is none, or a crash truncated the file."""
    try:
        content = json.loads(_start_file().read_text(encoding="utf-8"))
        return Start(ProcessRecord(**content["starter"]), ProcessRecord(**content["cdk"]) if content["cdk"] else None)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def complete_start() -> None:
    """Delete the record of the start: the local stack is complete, or stopped."""
    _start_file().unlink(missing_ok=True)


def clear() -> None:
    """Delete the record of the local stack."""
    complete_start()
    _state_file().unlink(missing_ok=True)
    _environment_file().unlink(missing_ok=True)


def write_environment(variables: dict[str, str]) -> None:
    """Record the environment variables of the deployed API function, for the development server."""
    _environment_file().write_text(json.dumps(variables, indent=2) + "\n", encoding="utf-8")


def read_environment() -> dict[str, str]:
    """Return what write_environment recorded; empty before the first deploy."""
    try:
        return dict(json.loads(_environment_file().read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}


def _state_file() -> Path:
    return home() / "local_stack.json"


def _start_file() -> Path:
    return home() / "start.json"


def _environment_file() -> Path:
    return home() / "environment.json"
