"""Small objects of the lake, read and written whole: manifests, reports and single Parquet files.

boto3 itself honours AWS_ENDPOINT_URL, so nothing here knows where the lake stands.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def read_json(bucket: str, key: str) -> dict[str, Any]:
    """A JSON object of the lake."""
    content: dict[str, Any] = json.loads(read_bytes(bucket, key))
    return content


def write_json(bucket: str, key: str, content: dict[str, Any]) -> None:
    """Write a JSON object; NaN and infinity are refused, since readers in other languages cannot read them."""
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    write_bytes(bucket, key, text.encode())


def keys_under(bucket: str, prefix: str) -> list[str]:
    """All keys that start with the prefix, sorted."""
    pages = _s3().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return sorted(item["Key"] for page in pages for item in page.get("Contents", []))


def read_bytes(bucket: str, key: str) -> bytes:
    """The whole content of an object."""
    return _s3().get_object(Bucket=bucket, Key=key)["Body"].read()


def write_bytes(bucket: str, key: str, content: bytes) -> None:
    """Write an object, in place of an earlier one under the same key."""
    _s3().put_object(Bucket=bucket, Key=key, Body=content)


@cache
def _s3() -> S3Client:
    return boto3.client("s3")
