"""Mappings in the lake of a stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.datasets import Contract
from runtime.adapters.lake.s3_lake import S3Lake
from runtime.services.ingestion.mappings import Mappings
from runtime.services.ingestion.staging.layout import FileLayout

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def fetch_layout(s3: S3Client, bucket: str, key: str, contract: Contract) -> FileLayout:
    """Return how the platform reads an uploaded file. Raises ObjectRejected when its mapping cannot be used."""
    return Mappings(S3Lake(s3, bucket)).find(key, contract).layout
