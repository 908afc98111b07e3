"""The lake on S3."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from typing_extensions import override

from runtime.adapters.aws.errors import translate_aws_errors
from runtime.errors import Unavailable
from runtime.services.object_ports import Lake, ObjectVersion

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectRequestTypeDef, ObjectIdentifierTypeDef

MAX_DELETIONS = 1000  # of one request


class S3Lake(Lake):
    """Lake: one bucket. boto3 retries, splits large uploads into parts and honours AWS_ENDPOINT_URL by itself."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    @property
    @override
    def bucket(self) -> str:
        return self._bucket

    @override
    def read_json(self, key: str) -> Any:
        with self.open(key) as stream:
            return json.load(stream)

    @override
    def write_json(self, key: str, document: Mapping[str, Any]) -> None:
        body = json.dumps(document, default=str, ensure_ascii=False, indent=2, allow_nan=False).encode()
        with translate_aws_errors(self._uri(key)):
            self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType="application/json")

    @override
    def write_page(self, key: str, page: str, media_type: str = "text/html") -> None:
        with translate_aws_errors(self._uri(key)):
            self._client.put_object(Bucket=self._bucket, Key=key, Body=page.encode(), ContentType=f"{media_type}; charset=utf-8")

    @override
    def keys(self, prefix: str) -> list[str]:
        with translate_aws_errors(self._uri(prefix)):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
            return sorted(entry["Key"] for page in pages for entry in page.get("Contents", []))

    @override
    def open(self, key: str, version_id: str | None = None) -> AbstractContextManager[BinaryIO]:
        request: GetObjectRequestTypeDef = {"Bucket": self._bucket, "Key": key}
        return self._stream({**request, "VersionId": version_id} if version_id else request)

    @override
    def download(self, key: str, to: Path) -> None:
        with translate_aws_errors(self._uri(key)):
            self._client.download_file(self._bucket, key, str(to))

    @override
    def upload(self, source: Path, key: str) -> None:
        with translate_aws_errors(self._uri(key)):
            self._client.upload_file(str(source), self._bucket, key)

    @override
    def sign_download(self, key: str, lifetime: timedelta, name: str) -> str:
        disposition = {"ResponseContentDisposition": f'attachment; filename="{name}"'}
        with translate_aws_errors(self._uri(key)):
            return self._client.generate_presigned_url(
                "get_object", {"Bucket": self._bucket, "Key": key, **disposition}, ExpiresIn=round(lifetime.total_seconds())
            )

    @override
    def list_versions(self, prefix: str) -> list[ObjectVersion]:
        with translate_aws_errors(self._uri(prefix)):
            pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=prefix)
            return [
                ObjectVersion(entry["Key"], entry["VersionId"])
                for page in pages
                for entry in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            ]

    @override
    def delete_versions(self, versions: Sequence[ObjectVersion]) -> None:
        for start in range(0, len(versions), MAX_DELETIONS):
            batch = versions[start : start + MAX_DELETIONS]
            identifiers: list[ObjectIdentifierTypeDef] = [{"Key": version.key, "VersionId": version.version_id} for version in batch]
            with translate_aws_errors(self._uri(batch[0].key)):
                response = self._client.delete_objects(Bucket=self._bucket, Delete={"Objects": identifiers, "Quiet": True})
            if errors := response.get("Errors"):
                raise Unavailable(f"{self._uri(errors[0].get('Key', ''))} could not be deleted: {errors[0].get('Message')}")

    @contextmanager
    def _stream(self, request: GetObjectRequestTypeDef) -> Iterator[BinaryIO]:
        with translate_aws_errors(self._uri(request["Key"])):
            body = self._client.get_object(**request)["Body"]
            with body:
                yield cast("BinaryIO", body)

    def _uri(self, key: str) -> str:
        return f"s3://{self._bucket}/{key}"
