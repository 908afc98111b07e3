"""What the fake keeps: resources with a status that moves from CREATE_PENDING over CREATE_IN_PROGRESS to ACTIVE or CREATE_FAILED."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local.emulator.forecast.seasonal import Unusable

PENDING_SECONDS = 0.3
NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_]*")
LONGEST_NAME = 63
MOST_AT_ONCE = 3
CREATING = ("CREATE_PENDING", "CREATE_IN_PROGRESS")


class Refused(Exception):
    """A request that the API refuses: the code that the SDK raises, and why."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass
class Resource:
    """One resource. `made` is what it holds once ACTIVE; `parents` must be ACTIVE first and cannot go while it is there."""

    arn: str
    kind: str
    name: str
    request: dict[str, Any]
    parents: tuple[str, ...] = ()
    status: str = "ACTIVE"
    message: str | None = None
    created: float = field(default_factory=lambda: datetime.now(UTC).timestamp())
    made: Any = None


class Resources:
    """All resources by ARN."""

    def __init__(self) -> None:
        self._by_arn: dict[str, Resource] = {}
        self._lock = threading.Lock()

    def get(self, arn: str, *kinds: str) -> Resource:
        """A resource that is there."""
        resource = self._by_arn.get(arn)
        if resource is None or (kinds and resource.kind not in kinds):
            raise Refused("ResourceNotFoundException", f"No resource exists with the ARN {arn}")
        return resource

    def active(self, arn: str, *kinds: str) -> Resource:
        """A resource that can be used."""
        resource = self.get(arn, *kinds)
        if resource.status != "ACTIVE":
            raise Refused("ResourceInUseException", f"{arn} is {resource.status}; it must be ACTIVE")
        return resource

    def of_kind(self, kind: str) -> Iterator[Resource]:
        """Every resource of a kind, newest first."""
        return iter(sorted((each for each in self._by_arn.values() if each.kind == kind), key=lambda each: -each.created))

    def add(self, resource: Resource, work: Callable[[], Any] | None = None) -> Resource:
        """Keep a resource; with `work` it is created in the background, by at most three at once of a kind."""
        _require_name(resource.name)
        with self._lock:
            if any(each.name == resource.name and each.parents == resource.parents for each in self.of_kind(resource.kind)):
                raise Refused("ResourceAlreadyExistsException", f"A {resource.kind} named {resource.name} exists already")
            busy = sum(each.status in CREATING for each in self.of_kind(resource.kind))
            if work and busy >= MOST_AT_ONCE:
                raise Refused("LimitExceededException", f"{busy} tasks that create a {resource.kind} run; the limit is {MOST_AT_ONCE}")
            self._by_arn[resource.arn] = resource
        if work:
            resource.status = "CREATE_PENDING"
            threading.Thread(target=_create, args=(resource, work), daemon=True).start()
        return resource

    def delete(self, arn: str, *, tree: bool = False) -> None:
        """Delete a resource that nothing depends on; with `tree` also what depends on it."""
        resource = self.get(arn)
        children = [each for each in self._by_arn.values() if arn in each.parents]
        if resource.status in CREATING or (children and not tree):
            raise Refused("ResourceInUseException", f"{arn} is in use or still being created")
        for child in children:
            self.delete(child.arn, tree=True)
        self._by_arn.pop(arn, None)


def _create(resource: Resource, work: Callable[[], Any]) -> None:
    time.sleep(PENDING_SECONDS)
    resource.status = "CREATE_IN_PROGRESS"
    time.sleep(PENDING_SECONDS)
    try:
        resource.made = work()
    except Unusable as error:
        resource.status, resource.message = "CREATE_FAILED", str(error)
    except Exception as error:  # noqa: BLE001 - whatever went wrong is told as the service would, in the resource
        resource.status, resource.message = "CREATE_FAILED", f"{type(error).__name__}: {error}"
    else:
        resource.status = "ACTIVE"


def _require_name(name: str) -> None:
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise Refused("InvalidInputException", f"the name {name!r} must match {NAME.pattern} and have at most {LONGEST_NAME} characters")
