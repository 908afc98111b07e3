"""The cloud assembly of the app, kept between deploys to the local stack: synthesis takes far longer than the deploy.

It is used again only while all of its sources are the same.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

IGNORED_FOLDERS = {"docs", "tests", "benchmarks", "node_modules", "cdk.out", "__pycache__"}
"""Folders that the app does not read; it does not read hidden ones either."""


@dataclass(frozen=True)
class Assembly:
    """A folder for the result of `cdk synth` on the sources below `root`."""

    folder: Path
    root: Path
    context: tuple[str, ...] = ()
    """Settings passed beside the sources, each as KEY=VALUE."""

    @contextmanager
    def cdk_arguments(self) -> Iterator[list[str]]:
        """Yield the CDK CLI's arguments that use the assembly as it is, or synthesise into its folder.

        What the block synthesised is current for the sources as they were before it, and only when the block succeeds.
        """
        before = self.compute_fingerprint()
        is_current = self._is_current(before)
        self._fingerprint_file().unlink(missing_ok=True)
        context = [part for setting in self.context for part in ("--context", setting)]
        yield [*context, "--app" if is_current else "--output", str(self.folder)]
        self._fingerprint_file().write_text(before, encoding="utf-8")

    def compute_fingerprint(self) -> str:
        """Return a digest that changes whenever a source, its name, a setting or the interpreter changes."""
        digest = sha256("\0".join((sys.version, *self.context)).encode())
        for path in self._sources():
            digest.update(str(path.relative_to(self.root)).encode() + b"\0")
            digest.update(sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def _is_current(self, fingerprint: str) -> bool:
        file = self._fingerprint_file()
        is_complete = (self.folder / "manifest.json").is_file() and file.is_file()
        return is_complete and file.read_text(encoding="utf-8") == fingerprint

    def _fingerprint_file(self) -> Path:
        return self.folder.with_suffix(".fingerprint")

    def _sources(self) -> Iterator[Path]:
        for folder, folders, files in os.walk(self.root):
            folders[:] = sorted(name for name in folders if name not in IGNORED_FOLDERS and not name.startswith("."))
            yield from (Path(folder) / name for name in sorted(files))
