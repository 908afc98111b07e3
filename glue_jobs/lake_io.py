"""Small objects of the lake, read and written whole: manifests, reports and single Parquet files.

boto3 itself reads AWS_ENDPOINT_URL, so nothing here depends on where the lake is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def read_json(bucket: str, key: str) -> Any:  # noqa: ANN401 - the caller names the type of the document
    """Read a JSON document of the lake."""
    return json.loads(read_bytes(bucket, key))


def write_json(bucket: str, key: str, content: Mapping[str, object]) -> None:
    """Write a JSON object. Raises ValueError for NaN and infinity, which readers in other languages cannot read."""
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    write_bytes(bucket, key, text.encode())


def keys_under(bucket: str, prefix: str) -> list[str]:
    """Return all keys that start with the prefix, sorted."""
    pages = _s3().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return sorted(item["Key"] for page in pages for item in page.get("Contents", []))


def read_bytes(bucket: str, key: str) -> bytes:
    """Return the whole content of an object."""
    return _s3().get_object(Bucket=bucket, Key=key)["Body"].read()


def write_bytes(bucket: str, key: str, content: bytes) -> None:
    """Write an object, in place of an earlier one under the same key."""
    _s3().put_object(Bucket=bucket, Key=key, Body=content)


@cache
def _s3() -> S3Client:
    return boto3.client("s3")
