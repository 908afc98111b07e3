"""The timestamps of Amazon Lookout for Metrics."""

from __future__ import annotations

import re
from datetime import UTC, datetime

JAVA_ZONE = re.compile(r"\[[\w/+\-]+\]$")  # the service wrote instants as Java does: 2021-03-28T00:00:00+01:00[Europe/Paris]


def parse_timestamp(value: object) -> datetime | None:
    """Return a TimestampString of the service as an instant in UTC, None for anything else. One without an offset is UTC.

    >>> parse_timestamp("2021-03-28T00:00:00+01:00[Europe/Paris]")
    datetime.datetime(2021, 3, 27, 23, 0, tzinfo=datetime.timezone.utc)
    """
    if isinstance(value, datetime):
        moment = value
    else:
        try:
            moment = datetime.fromisoformat(JAVA_ZONE.sub("", str(value)))
        except ValueError:
            return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
