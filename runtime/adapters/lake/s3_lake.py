"""The lake on S3."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from runtime.adapters.aws.errors import aws_errors_in_our_words

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectRequestTypeDef


class S3Lake:
    """Lake: one bucket. boto3 retries, splits large uploads into parts and honours AWS_ENDPOINT_URL by itself."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    @property
    def bucket(self) -> str:
        """The bucket's name."""
        return self._bucket

    def read_json(self, key: str) -> Any:  # noqa: ANN401 - JSON is any value
        """The parsed document at key."""
        with self.open(key) as stream:
            return json.load(stream)

    def write_json(self, key: str, document: Mapping[str, Any]) -> None:
        """Store document at key."""
        body = json.dumps(document, default=str, ensure_ascii=False, indent=2, allow_nan=False).encode()
        with aws_errors_in_our_words(self._uri(key)):
            self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType="application/json")

    def keys(self, prefix: str) -> list[str]:
        """Every key below prefix, sorted, from as many pages as there are."""
        with aws_errors_in_our_words(self._uri(prefix)):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
            return sorted(entry["Key"] for page in pages for entry in page.get("Contents", []))

    def open(self, key: str, version_id: str | None = None) -> AbstractContextManager[BinaryIO]:
        """The object's bytes as a stream."""
        request: GetObjectRequestTypeDef = {"Bucket": self._bucket, "Key": key}
        return self._stream({**request, "VersionId": version_id} if version_id else request)

    def download(self, key: str, to: Path) -> None:
        """Store the object in the file `to`."""
        with aws_errors_in_our_words(self._uri(key)):
            self._client.download_file(self._bucket, key, str(to))

    def upload(self, source: Path, key: str) -> None:
        """Store the file at key."""
        with aws_errors_in_our_words(self._uri(key)):
            self._client.upload_file(str(source), self._bucket, key)

    @contextmanager
    def _stream(self, request: GetObjectRequestTypeDef) -> Iterator[BinaryIO]:
        with aws_errors_in_our_words(self._uri(request["Key"])):
            body = self._client.get_object(**request)["Body"]
            with body:
                yield cast("BinaryIO", body)

    def _uri(self, key: str) -> str:
        return f"s3://{self._bucket}/{key}"
