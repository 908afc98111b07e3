"""The format of a file by its name and by its first and last bytes, which must agree."""

import re
import zlib
from enum import StrEnum
from pathlib import Path, PurePosixPath

from runtime.services.ingestion.staging.layout import SEPARATORS
from runtime.services.ingestion.staging.rejection import ObjectRejected, ReasonCode

_HEAD = 4096


class FileFormat(StrEnum):
    """The supported formats; the value is the ending of the name."""

    CSV = ".csv"
    CSV_GZ = ".csv.gz"
    JSONL = ".jsonl"
    JSONL_GZ = ".jsonl.gz"
    PARQUET = ".parquet"
    XLSX = ".xlsx"

    @property
    def is_gzip(self) -> bool:
        """Whether the content is packed by gzip."""
        return self.value.endswith(".gz")


_SIGNATURES = (
    (b"PAR1", "a Parquet file"),
    (b"PARE", "an encrypted Parquet file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls), or one with a password"),
    (b"BZh", "a bzip2 file"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"%PDF", "a PDF document"),
    (b"ORC", "an ORC file"),
    (b"Obj\x01", "an Avro file"),
    (b"SQLite format 3", "an SQLite database"),
)
_ZIP = b"PK\x03\x04"
_JSON = "JSON"
_TEXT_SIGNATURES = ((b"{", _JSON), (b"[", _JSON), (b"<", "HTML or XML"))


def named_format(key: str) -> FileFormat:
    """Return the format that the ending of the key states.

    Raises ObjectRejected (UNSUPPORTED_FORMAT) for any other ending.
    """
    name = PurePosixPath(key).name.casefold()
    for file_format in FileFormat:
        if name.endswith(file_format):
            return file_format
    endings = ", ".join(FileFormat)
    raise ObjectRejected(ReasonCode.UNSUPPORTED_FORMAT, f"{name!r} does not end in one of {endings}; convert the file and upload it again")


def check_content(path: Path, file_format: FileFormat) -> None:
    """Check that the content is of the format that the name states.

    Raises ObjectRejected (EMPTY, UNREADABLE) naming the real format.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(max(0, path.stat().st_size - 4))
        tail = file.read()
    if not head:
        raise ObjectRejected(ReasonCode.EMPTY, "the file is empty; upload a file with a header and rows")
    if file_format.is_gzip:
        _refuse_other_than_gzip(head, file_format)
    elif file_format is FileFormat.PARQUET:
        _refuse_other_than_parquet(head, tail)
    elif file_format is FileFormat.XLSX:
        _refuse_other_than_zip(head)
    else:
        _refuse_other_than_text(head, file_format)


def _refuse_other_than_gzip(head: bytes, file_format: FileFormat) -> None:
    if not head.startswith(b"\x1f\x8b"):
        raise _content_mismatch(file_format, kind_of(head))
    try:
        inner = zlib.decompressobj(wbits=31).decompress(head, _HEAD)
    except zlib.error as error:
        raise ObjectRejected(ReasonCode.UNREADABLE, f"the gzip data is damaged ({error}); compress the file again and upload it") from None
    _refuse_other_than_text(inner, file_format)


def _refuse_other_than_parquet(head: bytes, tail: bytes) -> None:
    if not head.startswith(b"PAR1"):
        raise _content_mismatch(FileFormat.PARQUET, kind_of(head))
    if tail != b"PAR1":
        raise ObjectRejected(ReasonCode.UNREADABLE, "the Parquet file is truncated (its footer is missing); upload the complete file")


def _refuse_other_than_zip(head: bytes) -> None:
    if not head.startswith(_ZIP):
        raise _content_mismatch(FileFormat.XLSX, kind_of(head))


def _refuse_other_than_text(head: bytes, file_format: FileFormat) -> None:
    kind = kind_of(head)
    if file_format in (FileFormat.JSONL, FileFormat.JSONL_GZ) and kind == _JSON:
        if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"["):
            reason = f"the file name ends in {file_format} but the content is one JSON list; write one JSON object on each line"
            raise ObjectRejected(ReasonCode.UNREADABLE, reason)
    elif kind != "text":
        raise _content_mismatch(file_format, kind)


def _content_mismatch(file_format: FileFormat, kind: str) -> ObjectRejected:
    return ObjectRejected(
        ReasonCode.UNREADABLE, f"the file name ends in {file_format} but the content is {kind}; upload the format that the name states"
    )


def kind_of(head: bytes) -> str:
    """Return the kind of a file by its first bytes; "text" when no other is recognised."""
    if head.startswith(_ZIP):
        office = b"[Content_Types].xml" in head or b"xl/" in head
        return "an Excel workbook (.xlsx)" if office else "a zip archive"
    for signature, kind in _SIGNATURES:
        if head.startswith(signature) and not (signature.isascii() and _is_header(head)):
            return kind
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return next((kind for signature, kind in _TEXT_SIGNATURES if start.startswith(signature)), "text")


def _is_header(head: bytes) -> bool:
    """Return whether the first line names columns, such as PARENT_SKU,QTY, so that the letters of a signature are a coincidence."""
    line = re.split(rb"[\r\n]", head, maxsplit=1)[0].decode("utf-8", errors="replace")
    return line.isprintable() and "\ufffd" not in line and any(separator in line for separator in SEPARATORS)
