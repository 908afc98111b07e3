"""What a file is, by its name and by its bytes."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from runtime.models.domain.objects import ReasonCode
from runtime.services.ingestion.staging.formats import FileFormat, check_content, kind_of, named_format
from runtime.services.ingestion.staging.rejection import ObjectRejected


def zip_archive(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), "x" * 100)  # without the time of day: the bytes name the test
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("landing/orders/v1/a.csv", FileFormat.CSV),
        ("landing/orders/v1/2026/A.CSV.GZ", FileFormat.CSV_GZ),
        ("landing/orders/v1/a.b.Parquet", FileFormat.PARQUET),
    ],
)
def test_the_ending_names_the_format_in_any_case(key: str, expected: FileFormat) -> None:
    assert named_format(key) is expected


@pytest.mark.parametrize("name", ["a.xls", "a", "a.csv.zip", "a.json", "csv"])
def test_another_ending_is_unsupported_and_the_known_ones_are_listed(name: str) -> None:
    with pytest.raises(ObjectRejected, match=r"\.csv, \.csv\.gz, \.jsonl, \.jsonl\.gz, \.parquet, \.xlsx") as error_info:
        named_format(f"landing/orders/v1/{name}")
    assert error_info.value.code is ReasonCode.UNSUPPORTED_FORMAT


@pytest.mark.parametrize(
    ("name", "content", "code", "words"),
    [
        ("a.csv", b"", ReasonCode.EMPTY, "the file is empty"),
        ("a.csv", zip_archive("a.csv"), ReasonCode.UNREADABLE, "the content is a zip archive"),
        ("a.csv", zip_archive("[Content_Types].xml"), ReasonCode.UNREADABLE, r"an Excel workbook \(.xlsx\)"),
        ("a.csv", gzip.compress(b"a,b\n", mtime=0), ReasonCode.UNREADABLE, "a gzip file"),
        ("a.csv", b"PAR1....PAR1", ReasonCode.UNREADABLE, "a Parquet file"),
        ("a.csv", b'\xef\xbb\xbf  {"a": 1}', ReasonCode.UNREADABLE, "JSON"),
        ("a.csv", b"<html><body>AccessDenied", ReasonCode.UNREADABLE, "HTML or XML"),
        ("a.csv.gz", b"a,b\n1,2\n", ReasonCode.UNREADABLE, "ends in .csv.gz but the content is text"),
        ("a.csv.gz", gzip.compress(zip_archive("a.csv"), mtime=0), ReasonCode.UNREADABLE, "a zip archive"),
        ("a.csv.gz", b"\x1f\x8b\x00garbage", ReasonCode.UNREADABLE, "gzip data is damaged"),
        ("a.parquet", b"a,b\n1,2\n", ReasonCode.UNREADABLE, "the content is text"),
        ("a.parquet", b"PAR1" + b"\0" * 50, ReasonCode.UNREADABLE, "truncated"),
    ],
)
def test_content_that_is_not_what_the_name_promises_is_refused_by_what_it_is(
    tmp_path: Path, name: str, content: bytes, code: ReasonCode, words: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(ObjectRejected, match=words) as error_info:
        check_content(file, named_format(name))
    assert error_info.value.code is code


@pytest.mark.parametrize(
    ("name", "content"), [("a.csv", b"a,b\n1,2\n"), ("a.csv.gz", gzip.compress(b"a,b\n1,2\n", mtime=0)), ("a.parquet", b"PAR1 PAR1")]
)
def test_content_that_keeps_the_promise_passes(tmp_path: Path, name: str, content: bytes) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    check_content(file, named_format(name))


def test_unknown_bytes_count_as_text_until_they_fail_to_decode() -> None:
    assert kind_of(b"\x89\x01\x02") == "text"
