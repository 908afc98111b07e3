"""Errors of the local tools. Every message says what to do.

LocalError
├── CliError               a command cannot continue (cli.console)
├── LocalStackError        the local stack cannot start, deploy or stop
│   ├── PortInUse          names the port and the option that selects another
│   └── AlreadyRunning     a second start while one is running
├── PostgresError          the server cannot be found, created or started
├── DrillError             an alarm that should fire did not (cli.drills.runner)
├── CdkError               a CDK command failed; the message ends with its last lines
└── DataError              a file that cannot be dropped into the lake as it is
"""

from __future__ import annotations


class LocalError(Exception):
    """The root of all errors that the local tools raise on purpose."""


class LocalStackError(LocalError):
    """The local stack cannot start, deploy or stop."""


class PortInUse(LocalStackError):
    """Another process listens on the port; the message names the port and the option that selects another."""


class AlreadyRunning(LocalStackError):
    """The local stack of this state folder is already running."""


class PostgresError(LocalError):
    """PostgreSQL cannot be found, created or started."""


class CdkError(LocalError):
    """A CDK command failed; the message ends with its last lines."""


class DataError(LocalError):
    """A file that cannot be dropped into the lake as it is."""
