"""Folders and programs that another user of the machine must reach.

PostgreSQL refuses to run as root, so root runs it as an ordinary account, which cannot enter a clone below a private home.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path

from local.errors import PostgresError
from local.processes import Account

POINTER = "location"


def server_account() -> Account | None:
    """Whom a server runs as: None is ourselves; for root the account `postgres`, else `nobody`.

    Raises PostgresError when root finds neither.
    """
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise PostgresError("PostgreSQL refuses to run as root and there is no account `postgres` or `nobody`; run this as an ordinary user")


def can_reach(path: Path, account: Account | None) -> bool:
    """Whether the account can enter every folder down to `path`; ourselves always can."""
    return account is None or all(_may_enter(folder.stat(), account) for folder in path.resolve().parents)


def private_folder(wanted: Path, account: Account | None) -> Path:
    """Make a folder that belongs to the account: `wanted`, or when it cannot go there one below the temp folder.

    The substitute's path is recorded in the file `location` inside `wanted`, so that it is found again.
    """
    wanted.mkdir(parents=True, exist_ok=True)
    folder = wanted / "data" if can_reach(wanted / "data", account) else _substitute(wanted)
    folder.mkdir(mode=0o700, exist_ok=True)
    if account:
        os.chown(folder, account.uid, account.gid)
    return folder


def forget(wanted: Path) -> None:
    """Remove what private_folder made, and the substitute if there is one."""
    pointer = wanted / POINTER
    if pointer.is_file():
        shutil.rmtree(Path(pointer.read_text(encoding="utf-8")).parent, ignore_errors=True)
    shutil.rmtree(wanted, ignore_errors=True)


def reachable_copy(programs: Path, home: Path, account: Account | None) -> Path:
    """The folder `bin` of an installation, or of its copy beside `home` when the account cannot get there.

    A Python package keeps its shared libraries in a folder `<package>.libs` beside itself, where its programs look for them.
    """
    if can_reach(programs / "postgres", account):
        return programs
    installation, package = programs.parent, programs.parent.parent
    copies = home.parent / "programs"
    copy = copies / package.name / installation.name / programs.name
    if not copy.is_dir():
        shutil.copytree(installation, copy.parent, symlinks=True, ignore=shutil.ignore_patterns("include"))
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copies / libraries.name, symlinks=True)
    return copy


def _may_enter(folder: os.stat_result, account: Account) -> bool:
    if folder.st_uid == account.uid:
        return bool(folder.st_mode & stat.S_IXUSR)
    if folder.st_gid == account.gid:
        return bool(folder.st_mode & stat.S_IXGRP)
    return bool(folder.st_mode & stat.S_IXOTH)


def _substitute(wanted: Path) -> Path:
    pointer = wanted / POINTER
    if pointer.is_file() and Path(recorded := pointer.read_text(encoding="utf-8")).is_dir():
        return Path(recorded)
    parent = Path(tempfile.mkdtemp(prefix="signify-postgres-"))
    parent.chmod(0o711)
    folder = parent / "data"
    pointer.write_text(str(folder), encoding="utf-8")
    return folder
