from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from glue_jobs import lake_io

BUCKET = "lake"


@pytest.fixture(autouse=True)
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty bucket of a simulated S3; no real credentials can be found."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        lake_io._s3.cache_clear()
        boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        yield
    lake_io._s3.cache_clear()


def test_json_comes_back_as_it_was_written() -> None:
    content = {"run_id": "r1", "reason": "größer als 5 %", "wape": None}
    lake_io.write_json(BUCKET, "runs/r1/forecast.json", content)
    assert lake_io.read_json(BUCKET, "runs/r1/forecast.json") == content


def test_a_number_that_json_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        lake_io.write_json(BUCKET, "runs/r1/forecast.json", {"wape": float("nan")})
    assert lake_io.keys_under(BUCKET, "runs/") == []


def test_keys_under_a_prefix_are_listed_in_order() -> None:
    for key in ("features/b", "features/a", "forecasts/a"):
        lake_io.write_bytes(BUCKET, key, b"")
    assert lake_io.keys_under(BUCKET, "features/") == ["features/a", "features/b"]


def test_a_second_write_replaces_the_first() -> None:
    lake_io.write_bytes(BUCKET, "a", b"one")
    lake_io.write_bytes(BUCKET, "a", b"two")
    assert lake_io.read_bytes(BUCKET, "a") == b"two"
