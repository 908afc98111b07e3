"""The physical lines of a text file, strictly UTF-8, in bounded memory whatever the file holds."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from runtime.services.ingestion.staging.formats import FileFormat
from runtime.services.ingestion.staging.rejection import ObjectRejected, ReasonCode
from runtime.services.ingestion.staging.text_stream import ByteStream, open_text

MAX_RECORD = 1024 * 1024
_BLOCK = 256 * 1024


class RecordTooLong(Exception):
    """The record being read has passed 1 MiB; cut when its last line alone did, so that only the start of that line is known."""

    def __init__(self, cut: bool) -> None:
        super().__init__()
        self.cut = cut


class Block(NamedTuple):
    """Whole lines without NUL, together at most 1 MiB."""

    first: int
    """Number of the first line."""
    text: str
    line_count: int
    """Lines, of which the last may lack its line end."""


class Limits(NamedTuple):
    """How much text one file may have, unpacked."""

    max_bytes: int
    max_lines: int


class Lines(Iterator[str]):
    """Decoded lines with their line ends; `record_lines` are those of the current record.

    A line longer than 1 MiB is cut there and the rest of it skipped; it counts as one line.

    Raises ObjectRejected: ENCODING at the first byte that is not UTF-8, TOO_LARGE past the limits (a small gzip file can hold terabytes).
    """

    def __init__(self, stream: ByteStream, limits: Limits) -> None:
        self.record_lines: list[str] = []
        self.first = 1
        self.has_nul = False
        self.limits = limits
        self._stream = stream
        self._unread = io.BytesIO()
        self._size = 0
        self._bytes = 0
        self._number = 0

    def begin_record(self) -> None:
        """Start a new record."""
        self.record_lines = []
        self.first = self._number + 1
        self.has_nul = False
        self._size = 0

    def peek(self) -> str:
        """Return the next line without reading it; "" at the end of the file, and when the line is no text."""
        raw = self._read()
        self._put_back(raw)
        return raw.decode("utf-8", errors="replace")

    def peek_lines(self, count: int) -> list[str]:
        """Return up to count lines without reading them."""
        lines = [raw for raw in (self._read() for _ in range(count)) if raw]
        self._put_back(b"".join(lines))
        return [raw.decode("utf-8", errors="replace") for raw in lines]

    def read_block(self) -> Block | None:
        """Return the next lines at once; None when they must be read one by one (NUL, not UTF-8, very long), or at the end."""
        if self._unread.tell() < len(self._unread.getbuffer()):
            return None
        raw = self._stream.read(_BLOCK)
        if raw and not raw.endswith(b"\n"):
            raw += self._stream.readline(MAX_RECORD + 1)
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = ""
        if not text or "\0" in text or len(raw) > MAX_RECORD:
            self._unread = io.BytesIO(raw)
            return None
        count = text.count("\n") + (not text.endswith("\n"))
        block = Block(self._number + 1, text, count)
        self._number += count
        self._count(len(raw))
        return block

    def put_back(self, block: Block) -> None:
        """Return a block, so that its lines are read one by one."""
        raw = block.text.encode()
        self._number -= block.line_count
        self._put_back(raw, len(raw))

    def __next__(self) -> str:
        raw = self._read()
        if not raw:
            raise StopIteration
        self._number += 1
        self._count(len(raw))
        line = self._decode(raw)
        self.record_lines.append(line)
        self.has_nul = self.has_nul or "\0" in line
        self._size += len(raw)
        if self._size > MAX_RECORD:
            self._skip_rest_of(raw)
            raise RecordTooLong(cut=len(raw) > MAX_RECORD)
        return line

    def _read(self) -> bytes:
        raw = self._unread.readline(MAX_RECORD + 1)
        if raw.endswith(b"\n") or len(raw) > MAX_RECORD:
            return raw
        return raw + self._stream.readline(MAX_RECORD + 1 - len(raw))

    def _put_back(self, raw: bytes, counted_bytes: int = 0) -> None:
        self._unread = io.BytesIO(raw + self._unread.read())
        self._bytes -= counted_bytes

    def _count(self, size: int) -> None:
        self._bytes += size
        if self._bytes > self.limits.max_bytes:
            raise ObjectRejected(ReasonCode.TOO_LARGE, "the uncompressed text exceeds the limit; split it into several files")
        if self._number > self.limits.max_lines:
            reason = f"the file has more than {self.limits.max_lines:,} lines; split it into several files"
            raise ObjectRejected(ReasonCode.TOO_LARGE, reason)

    def _skip_rest_of(self, raw: bytes) -> None:
        while raw and not raw.endswith(b"\n"):
            raw = self._read()
            self._count(len(raw))

    def _decode(self, raw: bytes) -> str:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            if error.start > MAX_RECORD - 4:
                return raw.decode("utf-8", errors="replace")  # cut in the middle of a character
            raise self._not_utf8(raw, error.start) from None

    def _not_utf8(self, raw: bytes, start: int) -> ObjectRejected:
        where = f"line {self._number}, byte {start + 1} (0x{raw[start]:02X})"
        guess = raw[start : start + 1].decode("cp1252", errors="replace")
        reason = (
            f"{where} is not UTF-8; read as Windows-1252 it would be {guess!r}: save the file as CSV UTF-8 and upload it again, "
            'or state encoding = "windows-1252" in the layout of its source'
        )
        return ObjectRejected(ReasonCode.ENCODING, reason)


@contextmanager
def open_lines(path: Path, file_format: FileFormat, limits: Limits, encoding: str | None = None) -> Iterator[Lines]:
    """Open a text file, packed or not, as lines."""
    with open_text(path, file_format, encoding) as stream:
        yield Lines(stream, limits)
