"""The synthesised app, kept between deploys into the twin: synthesising takes far longer than deploying.

It is used again only while everything it was made from is the same.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

IGNORED = {"docs", "tests", "benchmarks", "node_modules", "cdk.out", "__pycache__"}
"""Folders that the app does not read; hidden ones neither."""


@dataclass(frozen=True)
class Assembly:
    """A folder for what `cdk synth` makes of the sources below `root`."""

    folder: Path
    root: Path
    context: tuple[str, ...] = ()
    """Settings given beside the sources, each as KEY=VALUE."""

    @contextmanager
    def arguments(self) -> Iterator[list[str]]:
        """What tells the CDK CLI to use the assembly as it is, or to synthesise into its folder.

        What the block synthesised counts as made from the sources as they were before it, and only when it succeeds.
        """
        before = self.fingerprint()
        current = self._is_made_from(before)
        self._mark().unlink(missing_ok=True)
        given = [part for setting in self.context for part in ("--context", setting)]
        yield [*given, "--app" if current else "--output", str(self.folder)]
        self._mark().write_text(before, encoding="utf-8")

    def fingerprint(self) -> str:
        """Changes whenever a source, its name or the interpreter changes."""
        digest = sha256("\0".join((sys.version, *self.context)).encode())
        for path in self._sources():
            digest.update(str(path.relative_to(self.root)).encode() + b"\0")
            digest.update(sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def _is_made_from(self, fingerprint: str) -> bool:
        mark = self._mark()
        made = (self.folder / "manifest.json").is_file() and mark.is_file()
        return made and mark.read_text(encoding="utf-8") == fingerprint

    def _mark(self) -> Path:
        return self.folder.with_suffix(".fingerprint")

    def _sources(self) -> Iterator[Path]:
        for folder, folders, files in os.walk(self.root):
            folders[:] = sorted(name for name in folders if name not in IGNORED and not name.startswith("."))
            yield from (Path(folder) / name for name in sorted(files))
