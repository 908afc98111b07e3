"""Events of uploaded objects: from EventBridge, or as bucket notifications of S3."""

from collections.abc import Iterator, Mapping
from typing import Any, NotRequired, TypedDict
from urllib.parse import unquote_plus

from runtime.models.domain.objects import LandedObject

NULL_VERSION = "null"


class Bucket(TypedDict):
    """A bucket in an event."""

    name: str


EventObject = TypedDict("EventObject", {"key": str, "size": NotRequired[int], "version-id": NotRequired[str]})
"""An object in an event of EventBridge."""


class EventDetail(TypedDict):
    """The detail of an event of EventBridge."""

    bucket: Bucket
    object: EventObject


class NotificationObject(TypedDict):
    """An object in a bucket notification."""

    key: str
    size: NotRequired[int]
    versionId: NotRequired[str]


class NotificationEntity(TypedDict):
    """The bucket and the object of one record."""

    bucket: Bucket
    object: NotificationObject


class NotificationRecord(TypedDict):
    """One record of a bucket notification."""

    s3: NotificationEntity


def landed_objects(message: Mapping[str, Any]) -> Iterator[LandedObject]:
    """Yield the objects of one message: none for S3's test event and for keys of folders.

    Raises KeyError for any other message, which then ends in the dead-letter queue.
    """
    if message.get("Event") == "s3:TestEvent":
        return
    objects = map(_parse_notification, message["Records"]) if "Records" in message else [_parse_event(message["detail"])]
    yield from (landed_object for landed_object in objects if not landed_object.key.endswith("/"))


def _parse_event(detail: EventDetail) -> LandedObject:
    """Return the object of an event of EventBridge, whose keys are not encoded: a plus is a plus."""
    s3_object = detail["object"]
    return LandedObject(
        detail["bucket"]["name"], s3_object["key"], s3_object.get("version-id") or NULL_VERSION, int(s3_object.get("size", 0))
    )


def _parse_notification(record: NotificationRecord) -> LandedObject:
    """Return the object of a bucket notification, whose keys are form-encoded: "red+flower.csv" is "red flower.csv"."""
    s3_object = record["s3"]["object"]
    key = unquote_plus(s3_object["key"])
    return LandedObject(record["s3"]["bucket"]["name"], key, s3_object.get("versionId") or NULL_VERSION, int(s3_object.get("size", 0)))
