"""The footer of Parquet files without its timestamps, as PyArrow reads it, and footers that are broken."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path
from typing import Any

import pytest

from runtime.adapters.lake.parquet_footer import UnknownFooter, copy_without_timestamps

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

TICKS = [0, 1_793_520_000_000, 2**63 - 1, None]
NESTED = [{"at": 1, "texts": ["a"]}, {"at": 2, "texts": []}, None, {"at": None, "texts": None}]


def write(path: Path, **options: Any) -> Path:
    inner = pa.struct([("at", pa.timestamp("ms")), ("texts", pa.list_(pa.string()))])
    columns = {
        "nested": pa.array(NESTED, inner),
        "local": pa.array(TICKS, pa.int64()).cast(pa.timestamp("ms")),
        "text": pa.array(["x", None, "z" * 300, ""]),
        "utc": pa.array(TICKS, pa.int64()).cast(pa.timestamp("ms", "UTC")),
        "micros": pa.array(TICKS, pa.int64()).cast(pa.timestamp("us")),
        **{f"n{number}": pa.array([1.5, None, -2.5, 0.0]) for number in range(20)},
    }
    pq.write_table(pa.table(columns), path, row_group_size=2, **options)
    return path


@pytest.mark.parametrize("options", [{}, {"version": "1.0"}, {"compression": "zstd", "use_dictionary": False}, {"write_statistics": False}])
def test_columns_of_milliseconds_become_numbers_and_everything_else_stays(tmp_path: Path, options: dict[str, Any]) -> None:
    source, target = write(tmp_path / "a.parquet", store_schema=False, **options), tmp_path / "b.parquet"
    content = source.read_bytes()
    assert copy_without_timestamps(source, target) == {1: False, 3: True}
    assert source.read_bytes() == content
    before, after = pq.read_table(source), pq.read_table(target)
    assert [str(after.schema.field(name).type) for name in ("local", "utc")] == ["int64", "int64"]
    assert after["local"].to_pylist() == after["utc"].to_pylist() == TICKS
    others = [name for name in before.column_names if name not in ("local", "utc")]
    assert after.select(others).equals(before.select(others))
    assert pq.ParquetFile(target).metadata.row_group(1).num_rows == 2


def test_a_broken_footer_is_told_from_others_and_never_loops(tmp_path: Path) -> None:
    content = write(tmp_path / "a.parquet").read_bytes()
    length = int.from_bytes(content[-8:-4], "little")
    rng = random.Random(5)
    for number in range(300):
        footer = bytearray(content[-8 - length : -8])
        for _ in range(rng.randint(1, 4)):
            footer[rng.randrange(len(footer))] = rng.randrange(256)
        path = tmp_path / f"{number}.parquet"
        path.write_bytes(content[: -8 - length] + bytes(footer) + content[-8:])
        with contextlib.suppress(UnknownFooter):
            copy_without_timestamps(path, tmp_path / "copy.parquet")


@pytest.mark.parametrize("tail", [b"", b"PAR1", b"\xff\xff\xff\x7fPAR1", b"\x00\x00\x00\x00PARE", b"\x00\x00\x00\x00PAR1"])
def test_a_file_without_a_footer_has_none(tmp_path: Path, tail: bytes) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1" + bytes(20) + tail)
    with pytest.raises(UnknownFooter):
        copy_without_timestamps(path, tmp_path / "b.parquet")
