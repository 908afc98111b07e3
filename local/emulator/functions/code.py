"""Function code: the shipped emulator unpacks a function's code and layers, and Python compiles them, for every new worker.

Ours unpacks each archive once, by its content, and all workers of all functions share it and its byte code; a cold start then costs
what its imports cost. They stay for the next twin, the least recently used ones go.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from hashlib import file_digest
from pathlib import Path
from types import ModuleType
from typing import Any

from ministack.core import lambda_runtime

from local.emulator.settings import EmulatorSettings

KEPT = 12


def install(settings: EmulatorSettings) -> None:
    """Give the worker pool a `zipfile` that shares what it unpacks."""
    bundles = settings.home / "build" / "functions"
    bundles.mkdir(parents=True, exist_ok=True)
    keep_newest(bundles)

    class SharedZip(zipfile.ZipFile):
        """Unpacks the code of a function, or a layer, into a shared folder and links to it."""

        def extractall(self, path: str | os.PathLike[str] | None = None, *rest: Any, **named: Any) -> None:
            if path is None or not Path(path).name.startswith(("code", "layer_")):
                super().extractall(path, *rest, **named)
                return
            os.rmdir(path)
            os.symlink(unpacked(Path(str(self.filename)), bundles), path)

    shared = ModuleType("zipfile")
    shared.__dict__.update({**vars(zipfile), "ZipFile": SharedZip})
    lambda_runtime.zipfile = shared


def unpacked(archive: Path, bundles: Path) -> Path:
    """The folder with the content of an archive; unpacked now unless it was before."""
    with archive.open("rb") as content:
        folder = bundles / file_digest(content, "sha256").hexdigest()[:32]
    if not folder.is_dir():
        fresh = Path(tempfile.mkdtemp(dir=bundles, prefix="unpacking-"))
        with zipfile.ZipFile(archive) as bundle:
            bundle.extractall(fresh)
        fresh.chmod(0o755)
        try:
            fresh.rename(folder)
        except OSError:  # another worker was faster
            shutil.rmtree(fresh, ignore_errors=True)
    os.utime(folder)
    return folder


def keep_newest(bundles: Path) -> None:
    """Delete all but the most recently used bundles, and what a crash left half unpacked."""
    by_age = sorted(bundles.iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
    half = [folder for folder in by_age if folder.name.startswith("unpacking-")]
    whole = [folder for folder in by_age if folder not in half]
    for folder in [*half, *whole[KEPT:]]:
        shutil.rmtree(folder, ignore_errors=True)
