"""Folders and programs that PostgreSQL's account can access.

PostgreSQL refuses to run as root, so root runs it as an unprivileged account, which cannot enter a clone below a private home directory.
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


def find_server_account() -> Account | None:
    """Return the account that a server runs as: None for the current user, or for root the account `postgres`, else `nobody`.

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
    raise PostgresError("PostgreSQL refuses to run as root and there is no account `postgres` or `nobody`; run this as another user")


def can_access(path: Path, account: Account | None) -> bool:
    """Return whether the account can enter every folder down to `path`; the current user (None) always can."""
    return account is None or all(_can_enter(folder.stat(), account) for folder in path.resolve().parents)


def make_private_folder(parent: Path, account: Account | None) -> Path:
    """Make a folder that belongs to the account: `parent`/data, or one below the temp folder when the account cannot enter `parent`.

    The path of such a substitute is written to the file `location` in `parent`, and used again.
    """
    parent.mkdir(parents=True, exist_ok=True)
    folder = parent / "data" if can_access(parent / "data", account) else _find_or_make_substitute(parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    if account:
        os.chown(folder, account.uid, account.gid)
    return folder


def remove_private_folder(parent: Path) -> None:
    """Remove `parent` with the folder that make_private_folder made, and the substitute if there is one."""
    pointer = parent / POINTER
    if pointer.is_file():
        shutil.rmtree(Path(pointer.read_text(encoding="utf-8")).parent, ignore_errors=True)
    shutil.rmtree(parent, ignore_errors=True)


def find_or_copy_programs(programs: Path, data: Path, account: Account | None) -> Path:
    """Return the folder `bin` of an installation, or of its copy beside `data` when the account cannot access it.

    A Python package keeps its shared libraries in a folder `<package>.libs` beside itself, where its programs look for them.
    """
    if can_access(programs / "postgres", account):
        return programs
    installation, package = programs.parent, programs.parent.parent
    copies = data.parent / "programs"
    copy = copies / package.name / installation.name / programs.name
    if not copy.is_dir():
        shutil.copytree(installation, copy.parent, symlinks=True, ignore=shutil.ignore_patterns("include"))
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copies / libraries.name, symlinks=True)
    return copy


def _can_enter(folder: os.stat_result, account: Account) -> bool:
    if folder.st_uid == account.uid:
        return bool(folder.st_mode & stat.S_IXUSR)
    if folder.st_gid == account.gid:
        return bool(folder.st_mode & stat.S_IXGRP)
    return bool(folder.st_mode & stat.S_IXOTH)


def _find_or_make_substitute(parent: Path) -> Path:
    pointer = parent / POINTER
    if pointer.is_file() and Path(location := pointer.read_text(encoding="utf-8")).is_dir():
        return Path(location)
    temporary = Path(tempfile.mkdtemp(prefix="signify-postgres-"))
    temporary.chmod(0o711)
    folder = temporary / "data"
    pointer.write_text(str(folder), encoding="utf-8")
    return folder
