"""What the fake keeps: resources with a status.

CREATE_PENDING -> CREATE_IN_PROGRESS -> ACTIVE, or CREATE_FAILED -> DELETE_PENDING -> DELETE_IN_PROGRESS -> gone
        +---- stopped ----+-> CREATE_STOPPING -> CREATE_STOPPED ----^
"""

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
DELETABLE = ("ACTIVE", "CREATE_FAILED", "CREATE_STOPPED")


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

    def stop(self, arn: str) -> None:
        """Stop what is being created; nothing resumes it."""
        resource = self.get(arn)
        if resource.status not in CREATING:
            raise Refused("InvalidInputException", f"{arn} is {resource.status}; only what is being created can be stopped")
        resource.status = "CREATE_STOPPING"

    def delete(self, arn: str, *, tree: bool = False, at_once: bool = False) -> None:
        """Delete a resource that nothing depends on, or with `tree` also what depends on it: in the background, unless at once."""
        doomed = self._tree(self.get(arn))
        if any(each.status not in DELETABLE for each in doomed) or (len(doomed) > 1 and not tree):
            raise Refused("ResourceInUseException", f"{arn} is in use, still being created or already being deleted")
        for each in doomed:
            each.status = "DELETE_PENDING"
        if at_once:
            self._forget(doomed)
        else:
            threading.Thread(target=self._delete, args=(doomed,), daemon=True).start()

    def _tree(self, resource: Resource) -> list[Resource]:
        """The resource and everything that was made from it."""
        children = [each for each in self._by_arn.values() if resource.arn in each.parents]
        return [resource, *(below for child in children for below in self._tree(child))]

    def _delete(self, doomed: list[Resource]) -> None:
        time.sleep(PENDING_SECONDS)
        for each in doomed:
            each.status = "DELETE_IN_PROGRESS"
        time.sleep(PENDING_SECONDS)
        self._forget(doomed)

    def _forget(self, doomed: list[Resource]) -> None:
        with self._lock:
            for each in doomed:
                self._by_arn.pop(each.arn, None)


def _create(resource: Resource, work: Callable[[], Any]) -> None:
    time.sleep(PENDING_SECONDS)
    if _stopped(resource):
        return
    resource.status = "CREATE_IN_PROGRESS"
    time.sleep(PENDING_SECONDS)
    if _stopped(resource):
        return
    try:
        resource.made = work()
    except Unusable as error:
        resource.status, resource.message = "CREATE_FAILED", str(error)
    except Exception as error:  # noqa: BLE001 - whatever went wrong is told as the service would, in the resource
        resource.status, resource.message = "CREATE_FAILED", f"{type(error).__name__}: {error}"
    else:
        resource.status = "ACTIVE"


def _stopped(resource: Resource) -> bool:
    """Whether somebody stopped it; then its creation ends here."""
    if resource.status == "CREATE_STOPPING":
        resource.status = "CREATE_STOPPED"
    return resource.status == "CREATE_STOPPED"


def _require_name(name: str) -> None:
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise Refused("InvalidInputException", f"the name {name!r} must match {NAME.pattern} and have at most {LONGEST_NAME} characters")
