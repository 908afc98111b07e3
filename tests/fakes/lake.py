"""A lake in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from typing_extensions import override

from runtime.errors import NotFound
from runtime.services.object_ports import Lake, ObjectVersion


class InMemoryLake(Lake):
    """Bytes by key. An object without versions has one, under every version id."""

    def __init__(self, bucket: str = "test-lake") -> None:
        self._bucket = bucket
        self.contents: dict[str, bytes] = {}
        self.versions: dict[tuple[str, str], bytes] = {}

    @property
    @override
    def bucket(self) -> str:
        return self._bucket

    def put(self, key: str, body: bytes, version_id: str | None = None) -> None:
        self.contents[key] = body
        if version_id is not None:
            self.versions[key, version_id] = body

    @override
    def read_json(self, key: str) -> Any:
        return json.loads(self._body(key))

    @override
    def write_json(self, key: str, document: Mapping[str, object]) -> None:
        self._store(key, json.dumps(document, default=str, allow_nan=False).encode())

    @override
    def write_page(self, key: str, page: str, media_type: str = "text/html") -> None:
        self._store(key, page.encode())

    @override
    def keys(self, prefix: str) -> list[str]:
        return sorted(key for key in self.contents if key.startswith(prefix))

    @override
    def open(self, key: str, version_id: str | None = None) -> AbstractContextManager[BinaryIO]:
        return self._stream(key, version_id)

    @override
    def sign_download(self, key: str, lifetime: timedelta, name: str) -> str:
        return f"https://{self._bucket}.example/{key}?name={name}&expires={round(lifetime.total_seconds())}"

    @override
    def download(self, key: str, to: Path) -> None:
        to.write_bytes(self._body(key))

    @override
    def upload(self, source: Path, key: str) -> None:
        self._store(key, source.read_bytes())

    @override
    def list_versions(self, prefix: str) -> list[ObjectVersion]:
        with_versions = {key for key, _ in self.versions}
        versions = [ObjectVersion(*version) for version in self.versions if version[0].startswith(prefix)]
        return sorted([*versions, *(ObjectVersion(key, "null") for key in self.keys(prefix) if key not in with_versions)])

    @override
    def delete_versions(self, versions: Sequence[ObjectVersion]) -> None:
        for key, version_id in versions:
            self.versions.pop((key, version_id), None)
            older = [body for (other, _), body in self.versions.items() if other == key]
            if older:
                self.contents[key] = older[-1]
            else:
                self.contents.pop(key, None)

    def _store(self, key: str, body: bytes) -> None:
        self.put(key, body, f"version-{len(self.versions)}-{len(self.contents)}")

    @contextmanager
    def _stream(self, key: str, version_id: str | None) -> Iterator[BinaryIO]:
        yield BytesIO(self._body(key, version_id))

    def _body(self, key: str, version_id: str | None = None) -> bytes:
        version = self.versions.get((key, version_id)) if version_id else None
        body = version if version is not None else self.contents.get(key)
        if body is None:
            raise NotFound(f"s3://{self._bucket}/{key} does not exist")
        return body
