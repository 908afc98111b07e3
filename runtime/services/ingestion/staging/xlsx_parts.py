"""The parts of an Excel workbook (.xlsx): a zip archive of XML that is read as a stream, in bounded memory whatever it unpacks to."""

import errno
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from xml.parsers import expat

from runtime.services.ingestion.staging.rejection import ObjectRejected, ReasonCode

MAX_PART = 1_000_000_000
"""Bytes of one part, unpacked, that a function can read in its time."""

_CHUNK = 64 * 1024
_MAX_TOKEN = 4 * 1024 * 1024
_MAX_DIRECTORY = 4 * 1024 * 1024
_DIRECTORY_END = b"PK\x05\x06"
_DIRECTORY_END_SIZE = 22 + 65_535
# zipfile raises RuntimeError for a part with a password, and a subclass of it for a compression that it does not know.
_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, KeyError, ValueError, IndexError, UnicodeError)

Attributes = dict[str, str]


class Workbook:
    """An open workbook. Every part is read at most once or twice, and max_bytes limits each, unpacked."""

    def __init__(self, archive: zipfile.ZipFile, max_bytes: int) -> None:
        self._archive = archive
        self._max_bytes = max_bytes

    def has(self, part: str) -> bool:
        """Return whether the archive has a part of that name."""
        return part in self._archive.NameToInfo

    def parse(self, part: str, handler: "PartHandler", max_bytes: int | None = None) -> Iterator[None]:
        """Parse one part, and yield after every chunk of it.

        Raises ObjectRejected: UNREADABLE, TOO_LARGE past the limit.
        """
        limit = min(max_bytes or self._max_bytes, self._max_bytes)
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = lambda name, attributes: handler.start(_local(name), attributes)
        parser.EndElementHandler = lambda name: handler.end(_local(name))
        parser.CharacterDataHandler = handler.text
        parser.StartDoctypeDeclHandler = _refuse_entities
        size = 0
        with reading_workbook(), self._archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > limit:
                    reason = (
                        f"{part} in the workbook unpacks to more than {limit:,} bytes; split it into several files, or save it as CSV UTF-8"
                    )
                    raise ObjectRejected(ReasonCode.TOO_LARGE, reason)
                parser.Parse(chunk, False)
                if size - parser.CurrentByteIndex > _MAX_TOKEN:
                    raise ObjectRejected(
                        ReasonCode.UNREADABLE, f"{part} in the workbook has one mark-up of more than 4 MiB; save the workbook again"
                    )
                yield
            parser.Parse(b"", True)
        yield


class PartHandler:
    """What a part of a workbook consists of; names come without their namespace."""

    def start(self, name: str, attributes: Attributes) -> None:
        """Handle the start of an element."""

    def end(self, name: str) -> None:
        """Handle the end of an element."""

    def text(self, text: str) -> None:
        """Handle text between elements."""


@contextmanager
def open_workbook(path: Path, max_bytes: int) -> Iterator[Workbook]:
    """Open an Excel workbook.

    Raises ObjectRejected (UNREADABLE, TOO_LARGE).
    """
    _check_directory(path)
    with reading_workbook():
        archive = zipfile.ZipFile(path)
    with archive:
        yield Workbook(archive, max_bytes)


@contextmanager
def reading_workbook() -> Iterator[None]:
    """Raise ObjectRejected for faults of the archive and of its XML."""
    try:
        yield
    except (*_FAULTS, expat.ExpatError, OSError) as error:
        # A damaged list of parts points to a place before the start of the file; other errors of the disk are not the file's.
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise
        words = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        reason = f"the workbook is damaged, truncated or has a password ({words}); save it again as .xlsx without a password"
        raise ObjectRejected(ReasonCode.UNREADABLE, reason) from None


def _check_directory(path: Path) -> None:
    """Refuse an archive whose list of parts alone would fill the memory."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _DIRECTORY_END_SIZE))
        tail = file.read()
    start = tail.rfind(_DIRECTORY_END)
    if start < 0:
        raise ObjectRejected(ReasonCode.UNREADABLE, "the workbook is truncated (its list of parts is missing); upload the complete file")
    if int.from_bytes(tail[start + 12 : start + 16], "little") > _MAX_DIRECTORY:
        raise ObjectRejected(ReasonCode.TOO_LARGE, "the workbook has too many parts; save the sheet as CSV UTF-8")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _refuse_entities(*_: object) -> None:
    raise ObjectRejected(
        ReasonCode.UNREADABLE, "the workbook has a document type, which no spreadsheet program writes; save it again as .xlsx"
    )


def part_path(base: str, target: str) -> str:
    """Return the name of the part that a relationship of the part base names."""
    if target.startswith("/"):
        return target.lstrip("/")
    parts: list[str] = list(PurePosixPath(base).parent.parts)
    for piece in target.split("/"):
        if piece == "..":
            del parts[-1:]
        elif piece not in ("", "."):
            parts.append(piece)
    return "/".join(parts)
