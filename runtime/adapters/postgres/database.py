"""The connection to PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from threading import RLock
from typing import TYPE_CHECKING, Any, LiteralString, TypeVar

import psycopg
from psycopg import Connection, Cursor
from psycopg.rows import Row, RowFactory, TupleRow, dict_row, tuple_row
from psycopg.types.json import Jsonb

from runtime.adapters.postgres.errors import translate_database_errors

if TYPE_CHECKING:
    from runtime.adapters.postgres.database_address import Address

Parameters = Sequence[object] | Mapping[str, object]
Result = TypeVar("Result")
CONNECT_TIMEOUT_S = 20  # an auto-paused Aurora needs up to 15 s to wake
# A server that vanished in a failover ends no connection. Without these the system waits for hours; with them a read fails in 11 seconds,
# while API Gateway still waits for the response.
LIVENESS: Mapping[str, object] = {
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
# Aurora does not pause while anybody is connected, and a function's connection outlives its invocation: after this the server ends it.
IDLE_SESSION_MS = 120_000


def jsonb(document: object) -> Jsonb:
    """Return a document as a jsonb parameter; dates and UUIDs become strings."""
    return Jsonb(document, dumps=lambda value: json.dumps(value, default=str, allow_nan=False))


class Database:
    """One connection: opened when first used, kept across invocations, opened again when it was lost.

    `address` returns libpq parameters; it is called for every new connection, since a token expires. Without a statement_timeout_ms the
    session keeps the options that a proxy has set. After idle_session_ms without a statement the server closes the connection. Statements
    outside `transaction` commit at once. Threads take turns.
    """

    def __init__(self, address: Address, statement_timeout_ms: int | None = 20_000, idle_session_ms: int = IDLE_SESSION_MS) -> None:
        self._address = address
        options = {"statement_timeout": statement_timeout_ms, "idle_session_timeout": idle_session_ms, "timezone": "UTC"}
        # With session options or named prepared statements, a proxy pins its connection to one client.
        self._options: Mapping[str, object] = (
            {"prepare_threshold": None}
            if statement_timeout_ms is None
            else {"options": " ".join(f"-c {name}={value}" for name, value in options.items())}
        )
        self._connection: Connection[TupleRow] | None = None
        self._turn = RLock()

    def fetch(self, sql: LiteralString, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a statement. It must be safe to run twice."""
        return self._fetch(sql, parameters, tuple_row)

    def rows(self, sql: LiteralString, parameters: Parameters = ()) -> list[dict[str, Any]]:
        """Return the rows of a statement as dicts by column name. It must be safe to run twice."""
        return self._fetch(sql, parameters, dict_row)

    @contextmanager
    def transaction(self) -> Iterator[Cursor[TupleRow]]:
        """Open a cursor in a transaction that commits at the end of the block, and rolls back when the block raises."""
        with self._turn, translate_database_errors(), self._closing_when_read_only(), ExitStack() as stack:

            def begin(connection: Connection[TupleRow]) -> Cursor[TupleRow]:
                stack.enter_context(connection.transaction())
                return connection.cursor()

            yield stack.enter_context(self._with_connection(begin))

    @contextmanager
    def autocommit(self) -> Iterator[Connection[TupleRow]]:
        """Use the connection itself, for the few commands that PostgreSQL refuses inside a transaction."""
        with self._turn, translate_database_errors():
            yield self._open_connection()

    def close(self) -> None:
        """Close the connection; the next statement opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _fetch(self, sql: LiteralString, parameters: Parameters, row_factory: RowFactory[Row]) -> list[Row]:
        def run(connection: Connection[TupleRow]) -> list[Row]:
            with connection.cursor(row_factory=row_factory) as cursor:
                return cursor.execute(sql, parameters).fetchall()

        with self._turn, translate_database_errors():
            return self._with_connection(run)

    @contextmanager
    def _closing_when_read_only(self) -> Iterator[None]:
        """Close the connection when the server has become a reader in a failover: the next one leads to the new writer."""
        try:
            yield
        except psycopg.errors.ReadOnlySqlTransaction:
            self.close()
            raise

    def _with_connection(self, operation: Callable[[Connection[TupleRow]], Result]) -> Result:
        """Return the result of an operation on the connection; when the connection turns out to be lost, try once more on a new one."""
        try:
            return operation(self._open_connection())
        except psycopg.OperationalError:
            was_lost = self._connection is not None and self._connection.closed
            if not was_lost:
                raise
            return operation(self._open_connection())

    def _open_connection(self) -> Connection[TupleRow]:
        if self._connection is None or self._connection.closed:
            parameters: dict[str, Any] = {"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "signify", **LIVENESS}
            self._connection = psycopg.connect(**parameters | {**self._address(), **self._options}, autocommit=True)
        return self._connection
