"""Good files of every format, and the ways in which they are mutated. A seed gives the same file each time."""

from __future__ import annotations

import gzip
import io
import json
import random
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from tests.workbooks import number, row, sheet, workbook

FORMATS = ("csv", "csv.gz", "jsonl", "jsonl.gz", "xlsx", "parquet")
COLUMNS = ("site_id", "sku_id", "demand_date", "quantity", "uom", "price", "stockout_flag", "source", "updated_at")

_NAMES = (
    "file_row_number", "source_object", "source_line", "unreadable", "raw_excerpt", "verdict", "code", "reason", "fault", "k0", "c5", "",
    " ", "Site ID", "SKU-ID", "site_id", "filename", "N/A", "a\nb", 'q"q', "\ufeff", "\xa0", "x" * 300, "Größe", "น้ำ",
)  # fmt: skip
_VALUES = (
    "", " ", "N/A", "NULL", "-", "#N/A", "1e309", "-0", "0,5", "8,00", "1.250", "12.0000", "9.78014E+12", "31/31/2026", "2026-02-30",
    "0000-00-00", "99999-01-01", "2026-11-19 00:00:00", "2026-11-20T08:30:00.123456789Z", "=cmd()", "a,b", 'say "x"', "two\nlines",
    "cr\rlf", "\xa0S1\xa0", "\u200b", "e\u0301", "𝒳", "\x85", "\x1a", "x" * 2000, "true", "Y", "\uff11\uff12", "'", "\\", "%s", "{}",
    "<b>", "&amp;", "_x000D_",
)  # fmt: skip
_BYTES = (b"\0", b"\xff", b"\r", b"\n", b"\r\n", b'"', b",", b";", b"\t", b"\xef\xbb\xbf", b"\xc3", b"\x80", b"<", b"PK", b"{", b"\x1f\x8b")


@dataclass(frozen=True)
class FuzzFile:
    """A file: its name, its bytes, and what it was mutated from and how."""

    name: str
    content: bytes
    story: str

    @property
    def text(self) -> bytes | None:
        """The text of a file of lines, unpacked; None for other formats and for text that cannot be unpacked."""
        if self.name.endswith(".gz"):
            try:
                return gzip.decompress(self.content)
            except (OSError, EOFError, zlib.error):
                return None
        return self.content if self.name.endswith((".csv", ".jsonl")) else None


def make_file(seed: int) -> FuzzFile:
    """Return the file of a seed."""
    rng = random.Random(seed)
    file_format = rng.choice(FORMATS)
    names, rows = _table(rng)
    content = _WRITERS[file_format.removesuffix(".gz")](rng, names, rows)
    story = [f"{len(rows)} rows"]
    is_packed = file_format.endswith(".gz")
    for _ in range(rng.choice((0, 0, 1, 1, 2, 4))):
        mutation = rng.choice(_TEXT_MUTATIONS if not file_format.startswith(("xlsx", "parquet")) else _BINARY_MUTATIONS)
        content = mutation(rng, content)
        story.append(mutation.__name__.strip("_"))
    if is_packed:
        content = gzip.compress(content, mtime=0)
        if rng.random() < 0.2:
            content = _damage(rng, content)
            story.append("damage packed")
    return FuzzFile(f"{seed}.{file_format}", content, ", ".join(story))


def _table(rng: random.Random) -> tuple[list[str], list[list[str]]]:
    names = list(COLUMNS[: rng.choice((5, 5, 6, 9))])
    for _ in range(rng.choice((0, 0, 1, 3))):
        names.insert(rng.randrange(len(names) + 1), rng.choice(_NAMES))
    if rng.random() < 0.2:
        rng.shuffle(names)
    good = {
        "site_id": "S1",
        "demand_date": "2026-11-01",
        "quantity": "5",
        "uom": "EA",
        "price": "1.5",
        "stockout_flag": "true",
        "source": "web",
    }
    rows = []
    for index in range(rng.choice((0, 1, 3, 20, 20, 300))):
        values = good | {"sku_id": f"A{index}", "updated_at": "2026-11-02T03:04:05Z"}
        fields = [values.get(name, "x") for name in names]
        while rng.random() < 0.2:
            fields[rng.randrange(len(fields))] = rng.choice(_VALUES)
        rows.append(fields)
    return names, rows


def _write_csv(rng: random.Random, names: list[str], rows: list[list[str]]) -> bytes:
    separator, end = rng.choice((",", ",", ",", ";", "\t", "|")), rng.choice(("\n", "\n", "\r\n", "\r"))
    quotes_all = rng.random() < 0.2

    def line(fields: list[str]) -> str:
        return separator.join(_quote(field, separator, quotes_all) for field in fields) + end

    text = rng.choice(("", "", "", f"sep={separator}{end}", end)) + line(names) + "".join(map(line, rows))
    return text.encode(rng.choice(("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252")), errors="replace")


def _quote(field: str, separator: str, is_forced: bool) -> str:
    if is_forced or any(mark in field for mark in (separator, '"', "\r", "\n")):
        return '"' + field.replace('"', '""') + '"'
    return field


def _write_jsonl(rng: random.Random, names: list[str], rows: list[list[str]]) -> bytes:
    odd: tuple[Any, ...] = (None, True, 1, 1.5, 1e300, {"a": [1]}, [1, "x"], "\0", "\ud800", 10**30)

    def line(fields: list[str]) -> str:
        values = [rng.choice(odd) if rng.random() < 0.05 else field for field in fields]
        return json.dumps(dict(zip(names, values, strict=True)), ensure_ascii=rng.random() < 0.5 or "\ud800" in values)

    return "".join(line(fields) + "\n" for fields in rows).encode("utf-8", errors="replace")


def _write_xlsx(rng: random.Random, names: list[str], rows: list[list[str]]) -> bytes:
    def cell(value: str) -> str:
        clean = "".join(character for character in value if character.isprintable()).replace("&", "&amp;").replace("<", "&lt;")
        kinds = (f'<c t="inlineStr"><is><t>{clean}</t></is></c>', number("5", rng.randrange(4)), '<c t="s"><v>0</v></c>', "<c/>", clean)
        return kinds[0] if rng.random() < 0.9 else rng.choice(kinds)

    lines = [row(*map(cell, names)), *(row(*map(cell, fields)) for fields in rows)]
    sheets = {"A": sheet(*lines)} | ({"B": sheet(row("x"))} if rng.random() < 0.2 else {})
    return workbook(sheets, shared_texts=["<t>shared</t>"])


def _write_parquet(rng: random.Random, names: list[str], rows: list[list[str]]) -> bytes:
    types = ("{}", "{}", "{}", "try_cast({} AS DOUBLE)", "[{}]", "{{'a': {}}}", "TIMESTAMP '2026-11-01 00:00:00'", "TIMESTAMPTZ 'infinity'",
             "18446744073709551615::UBIGINT", "encode({})", "DATE '2026-11-01'", "1.50::DECIMAL(38, 9)", "NULL")  # fmt: skip
    kinds = [rng.choice(types) if rng.random() < 0.15 else "{}" for _ in names]
    columns = ", ".join(
        f"{kind.format(f'v[{index + 1}]')} AS {_sql_name(name)}" for index, (name, kind) in enumerate(zip(names, kinds, strict=True))
    )
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as database:
        path = Path(folder, "fuzz.parquet")
        database.execute("CREATE TABLE lines (v VARCHAR[])")
        database.execute("INSERT INTO lines SELECT unnest(?::VARCHAR[][])", [rows])
        database.execute(f"COPY (SELECT {columns} FROM lines) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE {rng.choice((2048, 100000))})")
        return path.read_bytes()


def _sql_name(name: str) -> str:
    return '"' + (name or " ").replace('"', '""') + '"'


def _damage(rng: random.Random, content: bytes) -> bytes:
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 5))):
        if data:
            data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)


def _cut(rng: random.Random, content: bytes) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _insert(rng: random.Random, content: bytes) -> bytes:
    at = rng.randrange(len(content) + 1)
    return content[:at] + rng.choice(_BYTES) * rng.choice((1, 1, 3)) + content[at:]


def _delete(rng: random.Random, content: bytes) -> bytes:
    at = rng.randrange(len(content) + 1)
    return content[:at] + content[at + rng.choice((1, 1, 10, 200)) :]


def _repeat(rng: random.Random, content: bytes) -> bytes:
    at = rng.randrange(len(content) + 1)
    return content[:at] + content[at : at + rng.choice((1, 30, 300))] * rng.choice((2, 20)) + content[at:]


def _append_delimiters(rng: random.Random, content: bytes) -> bytes:
    return content.replace(b"\n", rng.choice((b",\n", b",,,\n", b";\n", b" \n")))


def _lengthen(rng: random.Random, content: bytes) -> bytes:
    at = rng.randrange(len(content) + 1)
    return content[:at] + b"x" * rng.choice((10_000, 1_200_000)) + content[at:]


def _rewrite_archive(rng: random.Random, content: bytes) -> bytes:
    """Damage one part of a zip archive and write it anew, so that its checksums are right."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError):  # RuntimeError: also of an unknown compression
        return _damage(rng, content)
    name = rng.choice(sorted(parts))
    parts[name] = rng.choice((_damage, _cut, _insert, _delete, _repeat))(rng, parts[name])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, data in parts.items():
            archive.writestr(zipfile.ZipInfo(part), data)
    return buffer.getvalue()


_Mutation = Callable[[random.Random, bytes], bytes]
_TEXT_MUTATIONS: tuple[_Mutation, ...] = (_damage, _cut, _insert, _insert, _delete, _repeat, _append_delimiters, _lengthen)
_BINARY_MUTATIONS: tuple[_Mutation, ...] = (_damage, _cut, _insert, _delete, _rewrite_archive, _rewrite_archive)
_WRITERS: dict[str, Callable[[random.Random, list[str], list[list[str]]], bytes]] = {
    "csv": _write_csv,
    "jsonl": _write_jsonl,
    "xlsx": _write_xlsx,
    "parquet": _write_parquet,
}
