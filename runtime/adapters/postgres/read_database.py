"""Reads from the reader of the cluster, and from its writer while the reader cannot be used."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, LiteralString

from psycopg.rows import Row, RowFactory
from typing_extensions import override

from runtime.adapters.postgres.database import Database, Parameters
from runtime.errors import Unavailable

if TYPE_CHECKING:
    from runtime.adapters.postgres.database_address import Address

WRITER_S = 60.0
"""How long reads stay with the writer after the reader failed. A reader is behind by less than a second: when reads return to it, it has
every row that the writer has shown."""


class ReadDatabase(Database):
    """A connection to the reader, for statements that only read. One that the reader cannot answer is answered by the writer.

    The reader replays transactions in their order. So whoever finds the published run here finds its forecasts here, too, since both were
    committed in one transaction; whoever must see his own writes asks the writer.
    """

    def __init__(
        self, address: Address, writer: Database, statement_timeout_ms: int | None = 20_000, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(address, statement_timeout_ms)
        self._writer = writer
        self._monotonic = monotonic
        self._writer_until = float("-inf")

    @override
    def _fetch(self, sql: LiteralString, parameters: Parameters, row_factory: RowFactory[Row]) -> list[Row]:
        if self._monotonic() >= self._writer_until:
            try:
                return super()._fetch(sql, parameters, row_factory)
            except Unavailable:  # also a statement that the reader cancelled, because it conflicted with what the reader replays
                self._writer_until = self._monotonic() + WRITER_S
        return self._writer._fetch(sql, parameters, row_factory)
