"""The connection to PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from threading import RLock
from typing import Any, LiteralString

import psycopg
from psycopg import Connection, Cursor
from psycopg.rows import TupleRow, dict_row, tuple_row
from psycopg.types.json import Jsonb

from runtime.adapters.postgres.errors import in_our_words

Parameters = Sequence[Any] | Mapping[str, Any]
CONNECT_TIMEOUT_S = 20  # an auto-paused Aurora needs up to 15 s to wake
# Aurora does not pause while anybody is connected, and a function's connection outlives its invocation: after this the server ends it.
IDLE_SESSION_MS = 120_000


def jsonb(document: object) -> Jsonb:
    """A document as a jsonb parameter; dates and UUIDs become strings."""
    return Jsonb(document, dumps=lambda value: json.dumps(value, default=str, allow_nan=False))


class Database:
    """One connection: opened when first used, kept across invocations, opened again when it broke.

    address gives libpq parameters; it is asked again for every new connection, since a token does not last. Without a
    statement_timeout_ms the session is left as a proxy set it up. After idle_session_ms without a statement the server ends the connection.
    Statements outside `transaction` commit by themselves. Threads take turns.
    """

    def __init__(
        self, address: Callable[[], Mapping[str, Any]], statement_timeout_ms: int | None = 20_000, idle_session_ms: int = IDLE_SESSION_MS
    ) -> None:
        self._address = address
        ours = {"statement_timeout": statement_timeout_ms, "idle_session_timeout": idle_session_ms, "timezone": "UTC"}
        told = {"options": " ".join(f"-c {name}={value}" for name, value in ours.items())}
        # A proxy lends a connection to one client alone once that has options, or statements prepared by name, in it.
        self._options: Mapping[str, Any] = told if statement_timeout_ms is not None else {"prepare_threshold": None}
        self._connection: Connection[TupleRow] | None = None
        self._turn = RLock()

    def fetch(self, sql: LiteralString, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement that may safely run twice."""
        return self._fetch(sql, parameters, tuple_row)

    def rows(self, sql: LiteralString, parameters: Parameters = ()) -> list[dict[str, Any]]:
        """The same, each row as a dict by column name."""
        return self._fetch(sql, parameters, dict_row)

    @contextmanager
    def transaction(self) -> Iterator[Cursor[TupleRow]]:
        """A cursor in a transaction that commits at the end of the block, or rolls back when the block raises."""
        with self._turn, in_our_words(), ExitStack() as stack:
            connection = self._begun(stack)
            yield stack.enter_context(connection.cursor())

    @contextmanager
    def autocommit(self) -> Iterator[Connection[TupleRow]]:
        """The bare connection, for the few commands that PostgreSQL refuses inside a transaction."""
        with self._turn, in_our_words():
            yield self._connected()

    def close(self) -> None:
        """Close the connection; the next statement opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _fetch(self, sql: LiteralString, parameters: Parameters, row_factory: Any) -> list[Any]:  # noqa: ANN401 - psycopg's factories
        with self._turn, in_our_words():
            try:
                return self._run(sql, parameters, row_factory)
            except psycopg.OperationalError:
                if not self._connected_once_but_lost():
                    raise
                return self._run(sql, parameters, row_factory)

    def _run(self, sql: LiteralString, parameters: Parameters, row_factory: Any) -> list[Any]:  # noqa: ANN401
        with self._connected().cursor(row_factory=row_factory) as cursor:
            return cursor.execute(sql, parameters).fetchall()

    def _begun(self, stack: ExitStack) -> Connection[TupleRow]:
        try:
            connection = self._connected()
            stack.enter_context(connection.transaction())
        except psycopg.OperationalError:
            if not self._connected_once_but_lost():
                raise
            connection = self._connected()
            stack.enter_context(connection.transaction())
        return connection

    def _connected(self) -> Connection[TupleRow]:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(
                **{"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "signify", **self._address(), **self._options},
                autocommit=True,
            )
        return self._connection

    def _connected_once_but_lost(self) -> bool:
        return self._connection is not None and self._connection.closed
