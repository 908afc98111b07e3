"""Both dialects in which S3 announces objects."""

from typing import Any

import pytest

from runtime.models.domain.objects import LandedObject
from runtime.services.ingestion.landing_events import landed_objects


def event(key: str, **extra: Any) -> dict[str, Any]:
    return {"detail-type": "Object Created", "detail": {"bucket": {"name": "lake"}, "object": {"key": key, "size": 5, **extra}}}


def notification(*keys: str) -> dict[str, Any]:
    records = [{"s3": {"bucket": {"name": "lake"}, "object": {"key": key, "size": 5, "versionId": "v1"}}} for key in keys]
    return {"Records": records}


def test_event_bridge_keys_stand_as_they_are() -> None:
    message = event("landing/orders/v1/a+b %41.csv", **{"version-id": "v1"})
    assert list(landed_objects(message)) == [LandedObject("lake", "landing/orders/v1/a+b %41.csv", "v1", 5)]


def test_notification_keys_are_decoded() -> None:
    message = notification("landing/orders/v1/red+fl%C3%B6wer%2Bx.csv", "landing/orders/v1/b.csv")
    assert [parsed_object.key for parsed_object in landed_objects(message)] == [
        "landing/orders/v1/red flöwer+x.csv",
        "landing/orders/v1/b.csv",
    ]


def test_an_object_of_an_unversioned_bucket_has_the_version_null() -> None:
    assert next(landed_objects(event("landing/a.csv"))).version_id == "null"


def test_folders_and_the_test_event_announce_nothing() -> None:
    assert list(landed_objects(event("landing/orders/v1/"))) == []
    assert list(landed_objects({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "lake"})) == []


def test_another_message_is_an_error_and_ends_in_the_dead_letter_queue() -> None:
    with pytest.raises(KeyError):
        list(landed_objects({"hello": "world"}))
