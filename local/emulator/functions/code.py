"""Function code: the emulator unpacks a function's code and layers for every new worker, and Python compiles them again.

This extension unpacks each archive once, by its content. All workers of all functions share the folder and its byte code, so a cold start
costs only its imports. The folders stay for the next start of the local stack; the least recently used ones are deleted.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterable
from hashlib import file_digest
from pathlib import Path
from types import ModuleType

from ministack.core import lambda_runtime
from typing_extensions import override

from local.emulator.settings import EmulatorSettings

MAX_BUNDLES = 12
UNPACKING_PREFIX = "unpacking-"


def install(settings: EmulatorSettings) -> None:
    """Give the worker pool a `zipfile` module that shares what it unpacks."""
    bundles = settings.home / "build" / "functions"
    bundles.mkdir(parents=True, exist_ok=True)
    delete_oldest(bundles)

    class SharedZip(zipfile.ZipFile):
        """Unpacks the code of a function, or a layer, into a shared folder and links to it."""

        @override
        def extractall(
            self,
            path: str | os.PathLike[str] | None = None,
            members: Iterable[str | zipfile.ZipInfo] | None = None,
            pwd: bytes | None = None,
        ) -> None:
            if path is None or not Path(path).name.startswith(("code", "layer_")):
                super().extractall(path, members, pwd)
                return
            os.rmdir(path)
            os.symlink(unpack(Path(str(self.filename)), bundles), path)

    module = ModuleType("zipfile")
    module.__dict__.update({**vars(zipfile), "ZipFile": SharedZip})
    lambda_runtime.zipfile = module


def unpack(archive: Path, bundles: Path) -> Path:
    """Return the folder with the content of an archive, after unpacking it unless the folder exists."""
    with archive.open("rb") as content:
        folder = bundles / file_digest(content, "sha256").hexdigest()[:32]
    if not folder.is_dir():
        temporary = Path(tempfile.mkdtemp(dir=bundles, prefix=UNPACKING_PREFIX))
        with zipfile.ZipFile(archive) as bundle:
            bundle.extractall(temporary)
        temporary.chmod(0o755)
        try:
            temporary.rename(folder)
        except OSError:  # another worker was faster
            shutil.rmtree(temporary, ignore_errors=True)
    os.utime(folder)
    return folder


def delete_oldest(bundles: Path) -> None:
    """Delete all but the most recently used bundles, and those that a crash left incomplete."""
    by_age = sorted(bundles.iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
    incomplete = [folder for folder in by_age if folder.name.startswith(UNPACKING_PREFIX)]
    complete = [folder for folder in by_age if folder not in incomplete]
    for folder in [*incomplete, *complete[MAX_BUNDLES:]]:
        shutil.rmtree(folder, ignore_errors=True)
