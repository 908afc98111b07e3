"""Output of the CLI: one console for results (stdout), one for progress and errors (stderr)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from local.errors import LocalError

# Without emoji: many an ARN contains ":secret:".
out = Console(soft_wrap=True, highlight=False, emoji=False)
err = Console(stderr=True, highlight=False, emoji=False)


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
