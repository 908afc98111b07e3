"""Records against Python's own reader, and every way in which a record can be broken."""

import csv
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.models.domain.objects import ReasonCode
from runtime.services.ingestion.staging.lines import Limits, Lines
from runtime.services.ingestion.staging.records import Record, Records
from runtime.services.ingestion.staging.rejection import ObjectRejected

MIB = 1024 * 1024
LIMITS = Limits(50 * MIB, 1_000_000)


def records_of(text: str | bytes) -> list[Record]:
    raw = text.encode() if isinstance(text, str) else text
    return list(Records(Lines(io.BytesIO(raw), LIMITS)))


FIELDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=8)
TABLES = st.lists(st.lists(FIELDS, min_size=2, max_size=5), max_size=12)


@given(TABLES, st.sampled_from(["\n", "\r\n"]))
def test_a_well_formed_file_gives_the_records_that_python_reads(table: list[list[str]], end: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end).writerows(table)
    naive = csv.reader(io.StringIO(text.getvalue(), newline=""))
    expected, before = [], 0
    for fields in naive:
        expected.append(Record(before + 1, fields))
        before = naive.line_num
    assert records_of(text.getvalue()) == expected


@given(st.text(st.sampled_from('ab",\n\r\0é'), max_size=60))
def test_every_line_of_any_text_is_in_a_record(text: str) -> None:
    result = records_of(text)
    lines = text.split("\n")
    line_numbers = {record.line for record in result}
    starts = sorted(line_numbers)
    assert [record.line for record in result] == starts, "in order, none twice"
    assert all(1 <= line <= len(lines) for line in line_numbers)
    plain_lines = {number for number, line in enumerate(lines, 1) if line.strip("\r") and '"' not in text}
    assert plain_lines <= line_numbers, "without quotes every line that is not blank is a record of its own"


def test_a_record_keeps_the_line_it_starts_on_when_a_field_spans_lines() -> None:
    assert records_of('a,b\n1,"x\ny\nz"\n2,w\n') == [Record(1, ["a", "b"]), Record(2, ["1", "x\ny\nz"]), Record(5, ["2", "w"])]


def test_blank_lines_are_no_records() -> None:
    assert [record.line for record in records_of("a,b\n\n\r\n1,2\n\n")] == [1, 4]


def test_a_quote_that_is_never_closed_costs_its_own_line_only() -> None:
    bad_lines = records_of('a,b\n1,"oops\n2,x\n3,y\n')[1:]
    assert bad_lines == [
        Record(2, None, "opens a quote that is not closed properly", '1,"oops'),
        Record(3, ["2", "x"]),
        Record(4, ["3", "y"]),
    ]


def test_a_stray_quote_does_not_swallow_the_lines_up_to_the_next_quoted_field() -> None:
    result = records_of('1,"oops\n2,x\n3,"Smith, Ltd"\n4,z\n')
    assert [(record.line, record.fields) for record in result] == [(1, None), (2, ["2", "x"]), (3, ["3", "Smith, Ltd"]), (4, ["4", "z"])]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('1,"x"y\n', "has text after a closing quote"),
        ("1,x\ry\n", "contains a carriage return outside quotes"),
        ("1,x\0y\n", "contains a NUL byte"),
        ('1,"x\0\ny"\n', "contains a NUL byte"),
    ],
)
def test_a_broken_record_says_what_is_wrong_and_how_it_starts(text: str, fault: str) -> None:
    (record,) = records_of(text)
    assert record.fields is None
    assert record.fault.startswith(fault)
    assert "\0" not in record.excerpt
    assert record.excerpt.startswith("1,")


def test_ten_million_characters_without_a_newline_are_one_unreadable_record_in_little_memory() -> None:
    raw = io.BytesIO(b"a,b\n" + b"x" * 10_000_000 + b"\n1,2\n")
    tracemalloc.start()
    result = list(Records(Lines(raw, LIMITS)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [(record.line, record.fields) for record in result] == [(1, ["a", "b"]), (2, None), (3, ["1", "2"])]
    assert result[1].fault == "is longer than 1 MiB"
    assert len(result[1].excerpt) == 500
    assert peak < 8 * MIB


def test_a_quote_left_open_before_an_overlong_line_gives_up_at_one_mebibyte() -> None:
    result = records_of('1,"open\n2,x\n' + "é" * MIB + "\n3,y\n")
    assert [(record.line, record.fields) for record in result] == [(1, None), (2, ["2", "x"]), (3, None), (4, ["3", "y"])]


def test_quotes_that_reopen_on_every_line_are_read_in_linear_time() -> None:
    result = records_of('a","b\n' * 30_000)
    assert len(result) == 30_000


def test_the_first_byte_that_is_not_utf8_is_named_with_its_line_and_the_fix() -> None:
    with pytest.raises(ObjectRejected, match=r"line 2, byte 6 \(0xE9\).*'é'.*save the file as CSV UTF-8") as error_info:
        records_of(b"a,b\n1,Caf\xe9\n")
    assert error_info.value.code is ReasonCode.ENCODING


def test_text_that_unpacks_beyond_the_limit_is_too_large() -> None:
    with pytest.raises(ObjectRejected) as error_info:
        list(Records(Lines(io.BytesIO(b"1,2\n" * 100), Limits(300, 1000))))
    assert error_info.value.code is ReasonCode.TOO_LARGE


def test_more_lines_than_a_function_can_read_in_its_time_are_too_large() -> None:
    with pytest.raises(ObjectRejected, match="more than 300 lines") as error_info:
        list(Records(Lines(io.BytesIO(b"\n" * 400), Limits(50 * MIB, 300))))
    assert error_info.value.code is ReasonCode.TOO_LARGE


@given(st.lists(st.sampled_from(["a,b\n", '"a,\n",b\n', "\n", 'a"b\n', '"open,b\n', "n\0,b\n"]), max_size=30), st.integers(1, 40))
def test_records_do_not_depend_on_the_size_of_the_blocks_in_which_they_are_read(parts: list[str], size: int) -> None:
    text = "".join(parts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("runtime.services.ingestion.staging.lines._BLOCK", size)
        small_blocks = records_of(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Lines, "read_block", lambda _: None)
        without_blocks = records_of(text)
    assert small_blocks == records_of(text) == without_blocks
