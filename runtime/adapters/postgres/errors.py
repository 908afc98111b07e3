"""Translation of PostgreSQL's errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors

from runtime.errors import DatabaseBusy, DatabaseUnavailable

BUSY = (
    errors.QueryCanceled,
    errors.LockNotAvailable,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    errors.TooManyConnections,
)


@contextmanager
def translate_database_errors() -> Iterator[None]:
    """Raise DatabaseBusy or DatabaseUnavailable for transient errors; errors of SQL and constraints pass unchanged.

    A server that refuses to write was the writer before a failover: it is unavailable for this.
    """
    try:
        yield
    except BUSY as error:
        raise DatabaseBusy(f"The database is busy: {_first_line(error)}") from error
    except (psycopg.OperationalError, psycopg.InterfaceError, errors.ReadOnlySqlTransaction) as error:
        raise DatabaseUnavailable(f"The database is unavailable: {_first_line(error)}") from error


def _first_line(error: psycopg.Error) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
