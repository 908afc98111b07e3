"""A lake in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from typing_extensions import override

from runtime.errors import NotFound
from runtime.services.ports import Lake


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
        self.contents[key] = json.dumps(document, default=str, allow_nan=False).encode()

    @override
    def keys(self, prefix: str) -> list[str]:
        return sorted(key for key in self.contents if key.startswith(prefix))

    @override
    def open(self, key: str, version_id: str | None = None) -> AbstractContextManager[BinaryIO]:
        return self._stream(key, version_id)

    @override
    def download(self, key: str, to: Path) -> None:
        to.write_bytes(self._body(key))

    @override
    def upload(self, source: Path, key: str) -> None:
        self.contents[key] = source.read_bytes()

    @contextmanager
    def _stream(self, key: str, version_id: str | None) -> Iterator[BinaryIO]:
        yield BytesIO(self._body(key, version_id))

    def _body(self, key: str, version_id: str | None = None) -> bytes:
        version = self.versions.get((key, version_id)) if version_id else None
        body = version if version is not None else self.contents.get(key)
        if body is None:
            raise NotFound(f"s3://{self._bucket}/{key} does not exist")
        return body
