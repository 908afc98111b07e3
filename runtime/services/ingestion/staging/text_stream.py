"""The bytes of a text file as UTF-8, whatever its encoding and its line ends, in bounded memory."""

import codecs
import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from typing_extensions import Buffer, override

from runtime.services.ingestion.staging.formats import FileFormat
from runtime.services.ingestion.staging.rejection import ObjectRejected, ReasonCode

_CHUNK = 256 * 1024
_HEAD = 64 * 1024
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class ByteStream(Protocol):
    """Where bytes are read from."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to size bytes."""

    def readline(self, size: int = -1, /) -> bytes:
        """Return the bytes up to the next line end, at most size."""


@contextmanager
def open_text(path: Path, file_format: FileFormat, encoding: str | None) -> Iterator[ByteStream]:
    """Open a file of lines, packed by gzip or not, as UTF-8 without byte order mark and with \\n line ends where it has \\r alone.

    encoding: None for UTF-8, or UTF-16 when the file starts with its byte order mark.
    Reading raises ObjectRejected: ENCODING at bytes that are not of the named encoding, UNREADABLE where gzip data ends early.
    """
    with path.open("rb", buffering=_CHUNK) as file:
        stream: BinaryIO = io.BufferedReader(_Converted(_Unpacked(file)), _CHUNK) if file_format.is_gzip else file
        head = _read_head(stream)
        stream = io.BufferedReader(_Converted(stream, head=head), _CHUNK)
        if head.startswith(_UTF16):
            encoding = encoding or "utf-16"
        if encoding is not None and codecs.lookup(encoding).name != "utf-8":
            stream = io.BufferedReader(_Converted(stream, _Transcoder(encoding).convert), _CHUNK)
            head = _read_head(stream)
            stream = io.BufferedReader(_Converted(stream, head=head), _CHUNK)
        if head.startswith(codecs.BOM_UTF8):
            stream.read(len(codecs.BOM_UTF8))
        if b"\r" in head and b"\n" not in head:
            stream = io.BufferedReader(_Converted(stream, _with_line_feeds), _CHUNK)
        yield stream


def _with_line_feeds(chunk: bytes) -> bytes:
    """Return lines that end in \\r alone, as on old Macs, with \\n instead."""
    return chunk.replace(b"\r", b"\n")


def _read_head(stream: BinaryIO) -> bytes:
    return stream.read(_HEAD)


class _Unpacked:
    """Gzip data, unpacked."""

    def __init__(self, file: BinaryIO) -> None:
        self._gzip = gzip.GzipFile(fileobj=file, mode="rb")
        self._lines = 0

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, none at the end; raises ObjectRejected (UNREADABLE)."""
        try:
            chunk = self._gzip.read1(size)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            reason = f"the gzip data is truncated after line {self._lines} ({error}); upload the complete file"
            raise ObjectRejected(ReasonCode.UNREADABLE, reason) from None
        self._lines += chunk.count(b"\n")
        return chunk


class _Converted(io.RawIOBase):
    """A stream whose bytes are converted chunk by chunk; convert takes an empty chunk at the end. `head` comes first, as it is."""

    def __init__(self, stream: BinaryIO | _Unpacked, convert: Callable[[bytes], bytes] = bytes, head: bytes = b"") -> None:
        self._stream = stream
        self._convert = convert
        self._pending = head
        self._has_ended = False

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer)
        while not self._pending and not self._has_ended:
            chunk = self._stream.read(_CHUNK)
            self._has_ended = not chunk
            self._pending = self._convert(chunk)
        part, self._pending = self._pending[: len(view)], self._pending[len(view) :]
        view[: len(part)] = part
        return len(part)


class _Transcoder:
    """Text of a named encoding as UTF-8."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._lines = 1

    def convert(self, chunk: bytes) -> bytes:
        """Return the next chunk as UTF-8; raises ObjectRejected (ENCODING)."""
        before = self._decoder.getstate()[0]
        try:
            text = self._decoder.decode(chunk, final=not chunk)
        except UnicodeError as error:
            raise self._undecodable(before + chunk, error, not chunk) from None
        self._lines += text.count("\n")
        # Surrogates that stand alone are no characters; they become visible as U+FFFD.
        return text.encode("utf-8", errors="surrogatepass" if text.isascii() else "replace")

    def _undecodable(self, data: bytes, error: UnicodeError, is_last: bool) -> ObjectRejected:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = self._lines + data[:start].decode(self._encoding, errors="ignore").count("\n")
        if is_last:
            reason = f"line {line} ends in the middle of a character of {self._encoding}; upload the complete file"
        else:
            byte = f"0x{data[start]:02X}"
            reason = f"line {line} has {byte}, which {self._encoding} cannot have; name the encoding of the file, or save it as UTF-8"
        return ObjectRejected(ReasonCode.ENCODING, reason)
