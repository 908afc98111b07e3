"""The lake: the fake, and the adapter on an emulated S3."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber
from moto import mock_aws

from runtime.adapters.lake.s3_lake import S3Lake
from runtime.bootstrap.clients import AwsClients
from runtime.errors import AwsThrottled, NotFound
from runtime.services.object_ports import Lake
from tests.fakes import InMemoryLake

BUCKET = "test-lake"


@pytest.fixture(params=["memory", "s3"])
def lake(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lake]:
    if request.param == "memory":
        yield InMemoryLake(BUCKET)
        return
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1", config=Config(signature_version="s3v4"))
        client.create_bucket(Bucket=BUCKET)
        client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        yield S3Lake(client, BUCKET)


def test_a_document_comes_back_with_dates_and_ids_as_text(lake: Lake) -> None:
    lake.write_json("runs/1/manifest.json", {"run_id": UUID(int=1), "name": "Größe", "rows": [1, None]})
    assert lake.read_json("runs/1/manifest.json") == {"run_id": str(UUID(int=1)), "name": "Größe", "rows": [1, None]}


def test_a_document_holds_no_value_that_json_has_not(lake: Lake) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        lake.write_json("runs/1/x.json", {"wape": float("nan")})


def test_a_missing_key_is_not_found_and_named(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"s3://test-lake/runs/2/forecast\.json does not exist"):
        lake.read_json("runs/2/forecast.json")
    with pytest.raises(NotFound, match=r"runs/2/forecast\.json"):
        lake.download("runs/2/forecast.json", tmp_path / "x")


def test_files_go_up_and_come_down(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "up").write_bytes(b"\x00\xff" * 1000)
    lake.upload(tmp_path / "up", "staging/a.parquet")
    lake.download("staging/a.parquet", tmp_path / "down")
    assert (tmp_path / "down").read_bytes() == b"\x00\xff" * 1000


def test_an_object_is_read_in_pieces(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "up").write_bytes(b"abcdef")
    lake.upload(tmp_path / "up", "landing/a.csv")
    with lake.open("landing/a.csv") as stream:
        assert (stream.read(2), stream.read(2), stream.read()) == (b"ab", b"cd", b"ef")


def test_keys_below_a_prefix_are_listed(lake: Lake) -> None:
    for key in ("many/2", "many/1", "other/1"):
        lake.write_json(key, {})
    assert lake.keys("many/") == ["many/1", "many/2"]
    assert lake.keys("none/") == []


def test_keys_are_listed_from_every_page() -> None:
    client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing")
    with Stubber(client) as stub:
        first = {"IsTruncated": True, "NextContinuationToken": "more", "Contents": [{"Key": "many/1"}]}
        stub.add_response("list_objects_v2", first, {"Bucket": BUCKET, "Prefix": "many/"})
        second = {"IsTruncated": False, "Contents": [{"Key": "many/2"}]}
        stub.add_response("list_objects_v2", second, {"Bucket": BUCKET, "Prefix": "many/", "ContinuationToken": "more"})
        assert S3Lake(client, BUCKET).keys("many/") == ["many/1", "many/2"]


def test_throttling_is_said_in_our_words() -> None:
    client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing")
    with Stubber(client) as stub:
        stub.add_client_error("list_objects_v2", "SlowDown", http_status_code=503)
        with pytest.raises(AwsThrottled):
            S3Lake(client, BUCKET).keys("many/")


def test_an_older_version_can_still_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        first = client.put_object(Bucket=BUCKET, Key="a", Body=b"first")["VersionId"]
        client.put_object(Bucket=BUCKET, Key="a", Body=b"second")
        lake = S3Lake(client, BUCKET)
        with lake.open("a", first) as stream:
            assert stream.read() == b"first"
        with pytest.raises(NotFound), lake.open("a", "00000000-0000-0000-0000-000000000000"):
            pass


def test_a_link_downloads_an_object_under_a_name_for_a_while(lake: Lake) -> None:
    link = lake.sign_download("exports/files/1/forecasts.csv", timedelta(minutes=15), "forecasts.csv")
    assert "exports/files/1/forecasts.csv" in link
    assert "forecasts.csv" in link.partition("?")[2]
    assert "900" in link.partition("?")[2]


def test_a_link_is_signed_as_encrypted_objects_need_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """S3 refuses the older signature (`AWSAccessKeyId=`) for objects that are encrypted with a key of KMS, as all of the lake are."""
    for name, value in (("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "testing"), ("AWS_DEFAULT_REGION", "eu-west-1")):
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    link = S3Lake(AwsClients().s3, BUCKET).sign_download("exports/files/1/a.csv", timedelta(minutes=15), "a.csv")
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in link
    assert link.startswith("https://test-lake.s3.eu-west-1.amazonaws.com/exports/files/1/a.csv?")
