"""What can go wrong on the developer's machine. Every message says what to do.

LocalError
├── CliError               a command cannot go on (cli.console)
├── TwinError              the local twin cannot start, deploy or stop
│   ├── PortInUse          names the port and the option that chooses another
│   └── TwinRuns           a second start while one runs
├── PostgresError          the server cannot be found, created or started
├── DrillError             an alarm that should fire did not (cli.drills.runner)
├── CdkError               a CDK command failed; carries its last lines
└── DataError              a file that cannot be dropped into the lake as it is
"""

from __future__ import annotations


class LocalError(Exception):
    """The root of everything that the local tools raise on purpose."""


class TwinError(LocalError):
    """The local twin cannot start, deploy or stop."""


class PortInUse(TwinError):
    """Something listens where the twin wants to; the message names the port and the option."""


class TwinRuns(TwinError):
    """A twin already runs from this folder."""


class PostgresError(LocalError):
    """PostgreSQL cannot be found, created or started."""


class CdkError(LocalError):
    """A CDK command failed; the message ends with its last lines."""


class DataError(LocalError):
    """A file that cannot be dropped into the lake as it is."""
