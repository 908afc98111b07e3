"""Files of imports and exports in S3."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import boto3

from local.emulator.forecast.seasonal import InvalidData


def read_texts(path: str, endpoint: str) -> Iterator[str]:
    """Yield the text of every object below `path` (s3://bucket/prefix). Raises InvalidData when there is none."""
    url = urlsplit(path)
    s3 = boto3.client("s3", endpoint_url=endpoint)
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=url.netloc, Prefix=url.path.lstrip("/"))
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    if not keys:
        raise InvalidData(f"{path} holds no file")
    for key in keys:
        yield s3.get_object(Bucket=url.netloc, Key=key)["Body"].read().decode()


def write_rows(path: str, rows: Sequence[Sequence[object]], endpoint: str) -> None:
    """Write rows as a CSV file to `path` (s3://bucket/key)."""
    url = urlsplit(path)
    text = "".join(",".join(map(str, row)) + "\n" for row in rows)
    boto3.client("s3", endpoint_url=endpoint).put_object(Bucket=url.netloc, Key=url.path.lstrip("/"), Body=text.encode())
