"""The physical lines of a text file, strictly UTF-8, in bounded memory whatever the file holds."""

import codecs
import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from runtime.services.ingestion.staging.formats import FileFormat
from runtime.services.ingestion.staging.rejection import ObjectRejected, ReasonCode

MAX_RECORD = 1024 * 1024
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class RecordTooLong(Exception):
    """The record being read has passed 1 MiB; cut when its last line alone did, so that only the start of that line is known."""

    def __init__(self, cut: bool) -> None:
        super().__init__()
        self.cut = cut


class Lines(Iterator[str]):
    """Decoded lines with their line ends; `record_lines` are those of the current record.

    A line longer than 1 MiB is cut there and the rest of it skipped; it counts as one line.

    Raises ObjectRejected: ENCODING at the first byte that is not UTF-8, TOO_LARGE past max_bytes (a small gzip file can hold terabytes),
    UNREADABLE where gzip data ends early.
    """

    def __init__(self, stream: BinaryIO | gzip.GzipFile, max_bytes: int) -> None:
        self.record_lines: list[str] = []
        self.first = 1
        self.has_nul = False
        self._readline: Callable[[int], bytes] = stream.readline
        self._bytes_left = max_bytes
        self._size = 0
        self._number = 0

    def begin_record(self) -> None:
        """Start a new record."""
        self.record_lines = []
        self.first = self._number + 1
        self.has_nul = False
        self._size = 0

    def __next__(self) -> str:
        raw = self._read()
        if not raw:
            raise StopIteration
        self._number += 1
        line = self._decode(raw)
        self.record_lines.append(line)
        self.has_nul = self.has_nul or "\0" in line
        self._size += len(raw)
        if self._size > MAX_RECORD:
            self._skip_rest_of(raw)
            raise RecordTooLong(cut=len(raw) > MAX_RECORD)
        return line

    def _read(self) -> bytes:
        try:
            raw = self._readline(MAX_RECORD + 1)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            reason = f"the gzip data is truncated after line {self._number} ({error}); upload the complete file"
            raise ObjectRejected(ReasonCode.UNREADABLE, reason) from None
        self._bytes_left -= len(raw)
        if self._bytes_left < 0:
            raise ObjectRejected(ReasonCode.TOO_LARGE, "the uncompressed text exceeds the limit; split it into several files")
        return raw

    def _skip_rest_of(self, raw: bytes) -> None:
        while raw and not raw.endswith(b"\n"):
            raw = self._read()

    def _decode(self, raw: bytes) -> str:
        if self._number == 1:
            raw = _without_mark(raw)
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            if error.start > MAX_RECORD - 4:
                return raw.decode("utf-8", errors="replace")  # cut in the middle of a character
            raise self._not_utf8(raw, error.start) from None

    def _not_utf8(self, raw: bytes, start: int) -> ObjectRejected:
        where = f"line {self._number}, byte {start + 1} (0x{raw[start]:02X})"
        guess = raw[start : start + 1].decode("cp1252", errors="replace")
        reason = f"{where} is not UTF-8; read as Windows-1252 it would be {guess!r}: save the file as CSV UTF-8 and upload it again"
        return ObjectRejected(ReasonCode.ENCODING, reason)


def _without_mark(raw: bytes) -> bytes:
    if raw.startswith(_UTF16):
        raise ObjectRejected(ReasonCode.ENCODING, "the file is UTF-16 (it starts with its byte order mark); save it as CSV UTF-8")
    return raw.removeprefix(codecs.BOM_UTF8)


@contextmanager
def open_lines(path: Path, file_format: FileFormat, max_bytes: int) -> Iterator[Lines]:
    """Open a CSV or CSV.gz file as lines; max_bytes limits the text, unpacked."""
    if file_format is FileFormat.CSV_GZ:
        with gzip.GzipFile(path, "rb") as gzip_file:
            yield Lines(gzip_file, max_bytes)
    else:
        with path.open("rb", buffering=MAX_RECORD) as file:
            yield Lines(file, max_bytes)
