"""Files that must be rejected as a whole, one per kind, and one that repeats another under a new name."""

import gzip
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from local.sample.files import SampleFile


def rejects(folder: Path, orders: str) -> Iterator[SampleFile]:
    """Write the files; orders is the text of a good orders file, from which they are spoiled."""
    header, first, *_ = orders.splitlines(keepends=True)
    packed = gzip.compress(orders.encode(), mtime=0)
    spoiled = (
        ("broken-off.csv.gz", "UNREADABLE", packed[: len(packed) // 2]),
        ("broken-off.parquet", "UNREADABLE", b"PAR1" + packed[:2000]),
        ("zipped.csv", "UNREADABLE", _zipped(orders)),
        ("empty.csv", "EMPTY", b""),
        ("windows-1252.csv", "ENCODING", (header + first.replace("SKU", "Café", 1)).encode("cp1252")),
        ("wrong-header.csv", "MISSING_COLUMNS", orders.replace("sku_id", "article", 1).encode()),
        ("semicolons.csv", "MISSING_COLUMNS", orders.replace(",", ";").encode()),
        ("workbook.xlsx", "UNSUPPORTED_FORMAT", _zipped(orders)),
    )
    for name, code, content in spoiled:
        yield _rejected(folder, f"landing/orders/v1/{name}", code, content)
    yield _rejected(folder, "landing/invoices/v1/invoices.csv", "UNKNOWN_DATASET", b"invoice,amount\n1,2\n")


def repeat(folder: Path, original: SampleFile) -> SampleFile:
    """Write original once more under another name: one of the two is accepted, the other is a duplicate of it."""
    path = folder / f"sent-again-{original.path.name}"
    path.write_bytes(original.path.read_bytes())
    return SampleFile(path, original.key.replace(original.path.name, path.name), original.dataset, status="DUPLICATE")


def _rejected(folder: Path, key: str, code: str, content: bytes) -> SampleFile:
    path = folder / f"rejected-{Path(key).name}"
    path.write_bytes(content)
    dataset = key.split("/")[1]
    return SampleFile(path, key, dataset if dataset == "orders" else None, status="REJECTED", reason_code=code)


def _zipped(text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("orders.csv"), text)
    return buffer.getvalue()
