"""Output of the CLI: one console for results (stdout), one for progress and errors (stderr)."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from typing_extensions import override

from local.errors import LocalError

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Characters that a terminal acts upon: all control characters but the tab and the end of a line, and those that turn the direction."""


class PlainConsole(Console):
    """A console that drops the control characters of what it prints: a file, a SKU or a person may be named so as to steer a terminal."""

    @override
    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Return the segments of a renderable, those of its styles among them, with plain text."""
        for segment in super().render(renderable, options):
            is_plain = segment.control or not CONTROL.search(segment.text)
            yield segment if is_plain else Segment(CONTROL.sub("", segment.text), segment.style)


# Without emoji: many an ARN contains ":secret:".
out = PlainConsole(soft_wrap=True, highlight=False, emoji=False)
err = PlainConsole(stderr=True, highlight=False, emoji=False)


class CliError(LocalError):
    """A command cannot continue; the message says why and what to do."""


@dataclass
class Phases:
    """The phases of a long command and their wall time."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Print the name of a phase, and its duration when the block ends (also when it fails)."""
        start = time.monotonic()
        err.print(f"[bold]{name}[/] ...")
        try:
            yield
        finally:
            self.seconds[name] = time.monotonic() - start
            err.print(f"  [dim]{self.seconds[name]:.1f} s[/]")

    def make_table(self) -> Table:
        """Return all phases and their sum, for the end of the command."""
        table = Table(title="Phases", show_footer=True)
        table.add_column("phase", footer="total")
        table.add_column("seconds", justify="right", footer=f"{sum(self.seconds.values()):.1f}")
        for name, seconds in self.seconds.items():
            table.add_row(name, f"{seconds:.1f}")
        return table
