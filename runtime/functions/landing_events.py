"""What S3 says about landed objects, in either of its two dialects."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

from runtime.models.domain.objects import LandedObject

UNVERSIONED = "null"


def landed_objects(message: Mapping[str, Any]) -> Iterator[LandedObject]:
    """Yield the objects that one message announces: none for S3's test event and for keys that are folders.

    Raises KeyError when the message is neither dialect: it belongs into the dead-letter queue, for people to look at.
    """
    if message.get("Event") == "s3:TestEvent":
        return
    found = map(_notified, message["Records"]) if "Records" in message else [_announced(message["detail"])]
    yield from (landed for landed in found if not landed.key.endswith("/"))


def _announced(detail: Mapping[str, Any]) -> LandedObject:
    """Read EventBridge's dialect, whose keys stand as they are: a plus is a plus."""
    stored = detail["object"]
    return LandedObject(detail["bucket"]["name"], stored["key"], stored.get("version-id") or UNVERSIONED, int(stored.get("size", 0)))


def _notified(record: Mapping[str, Any]) -> LandedObject:
    """Read a bucket notification, whose keys are form-encoded: "red+flower.csv" is "red flower.csv"."""
    stored = record["s3"]["object"]
    key = unquote_plus(stored["key"])
    return LandedObject(record["s3"]["bucket"]["name"], key, stored.get("versionId") or UNVERSIONED, int(stored.get("size", 0)))
