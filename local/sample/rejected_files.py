"""Files that must be rejected as a whole, one per reason, and one that repeats another under a new name."""

import gzip
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from contracts.paths import Zone, dataset_prefix
from local.sample.files import SampleFile


def write_rejected_files(folder: Path, orders: str) -> Iterator[SampleFile]:
    """Write the files; `orders` is the text of a valid orders file, from which they are made."""
    header, first, *_ = orders.splitlines(keepends=True)
    archive = gzip.compress(orders.encode(), mtime=0)
    contents = (
        ("broken-off.csv.gz", "UNREADABLE", archive[: len(archive) // 2]),
        ("broken-off.parquet", "UNREADABLE", b"PAR1" + archive[:2000]),
        ("zipped.csv", "UNREADABLE", _zip(orders)),
        ("empty.csv", "EMPTY", b""),
        ("windows-1252.csv", "ENCODING", (header + first.replace("SKU", "Café", 1)).encode("cp1252")),
        ("wrong-header.csv", "MISSING_COLUMNS", orders.replace("sku_id", "article", 1).encode()),
        ("semicolons.csv", "MISSING_COLUMNS", orders.replace("sku_id", "article", 1).replace(",", ";").encode()),
        ("zipped.xlsx", "UNREADABLE", _zip(orders)),
        ("workbook.xls", "UNSUPPORTED_FORMAT", b"\xd0\xcf\x11\xe0"),
    )
    for name, code, content in contents:
        yield _write(folder, f"{dataset_prefix(Zone.LANDING, 'orders')}{name}", code, content)
    yield _write(folder, f"{dataset_prefix(Zone.LANDING, 'invoices')}invoices.csv", "UNKNOWN_DATASET", b"invoice,amount\n1,2\n")


def write_duplicate(folder: Path, original: SampleFile) -> SampleFile:
    """Write the original again under another name: one of the two is accepted, the other is its duplicate."""
    path = folder / f"sent-again-{original.path.name}"
    path.write_bytes(original.path.read_bytes())
    return SampleFile(path, original.key.replace(original.path.name, path.name), original.dataset, status="DUPLICATE")


def _write(folder: Path, key: str, code: str, content: bytes) -> SampleFile:
    path = folder / f"rejected-{Path(key).name}"
    path.write_bytes(content)
    dataset = key.split("/")[1]
    return SampleFile(path, key, dataset if dataset == "orders" else None, status="REJECTED", reason_code=code)


def _zip(text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("orders.csv"), text)
    return buffer.getvalue()
