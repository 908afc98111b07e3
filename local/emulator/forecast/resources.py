"""Resources of the simulation and their statuses.

CREATE_PENDING -> CREATE_IN_PROGRESS -> ACTIVE, or CREATE_FAILED -> DELETE_PENDING -> DELETE_IN_PROGRESS -> gone
        +-- StopResource --+-> CREATE_STOPPING -> CREATE_STOPPED ----^
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from local.emulator.forecast.seasonal import InvalidData, QuantilesByKey, SeriesByKey, Training
from local.emulator.json_types import JsonObject

PENDING_SECONDS = 0.3
NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_]*")
MAX_NAME_CHARACTERS = 63
MAX_CONCURRENT_TASKS = 3
CREATING = ("CREATE_PENDING", "CREATE_IN_PROGRESS")
DELETABLE = ("ACTIVE", "CREATE_FAILED", "CREATE_STOPPED")
Work = Callable[[], None]


class ApiError(Exception):
    """A request that the API rejects: the error code of the SDK, and the reason."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass
class Resource:
    """One resource; its `parents` must be ACTIVE before it is created and cannot be deleted before it."""

    arn: str
    kind: str
    name: str
    request: JsonObject
    parents: tuple[str, ...] = ()
    status: str = "ACTIVE"
    message: str | None = None
    created_at: float = field(default_factory=lambda: datetime.now(UTC).timestamp())
    series: SeriesByKey | None = None
    """A dataset: what was imported."""
    training: Training | None = None
    """A predictor, once ACTIVE."""
    quantiles: QuantilesByKey | None = None
    """A forecast, once ACTIVE."""


class Resources:
    """All resources by ARN."""

    def __init__(self) -> None:
        self._by_arn: dict[str, Resource] = {}
        self._lock = threading.Lock()

    def get(self, arn: str, *kinds: str) -> Resource:
        """Return a resource, of one of the kinds if any are given. Raises ApiError when there is none."""
        resource = self._by_arn.get(arn)
        if resource is None or (kinds and resource.kind not in kinds):
            raise ApiError("ResourceNotFoundException", f"No resource exists with the ARN {arn}")
        return resource

    def get_active(self, arn: str, *kinds: str) -> Resource:
        """Return a resource that can be used. Raises ApiError when it is not ACTIVE."""
        resource = self.get(arn, *kinds)
        if resource.status != "ACTIVE":
            raise ApiError("ResourceInUseException", f"{arn} is {resource.status}; it must be ACTIVE")
        return resource

    def iterate(self, kind: str) -> Iterator[Resource]:
        """Yield every resource of a kind, newest first."""
        resources = [resource for resource in self._by_arn.values() if resource.kind == kind]
        yield from sorted(resources, key=lambda resource: -resource.created_at)

    def add(self, resource: Resource, work: Work | None = None) -> Resource:
        """Add a resource; with `work` it is created in the background, at most three of a kind at once.

        Raises ApiError for an invalid or existing name, and above that limit.
        """
        _require_valid_name(resource.name)
        with self._lock:
            same_kind = list(self.iterate(resource.kind))
            if any(other.name == resource.name and other.parents == resource.parents for other in same_kind):
                raise ApiError("ResourceAlreadyExistsException", f"A {resource.kind} named {resource.name} exists already")
            running = sum(other.status in CREATING for other in same_kind)
            if work and running >= MAX_CONCURRENT_TASKS:
                limit = f"the limit is {MAX_CONCURRENT_TASKS}"
                raise ApiError("LimitExceededException", f"{running} tasks that create a {resource.kind} run; {limit}")
            self._by_arn[resource.arn] = resource
        if work:
            resource.status = "CREATE_PENDING"
            threading.Thread(target=_create, args=(resource, work), daemon=True).start()
        return resource

    def stop(self, arn: str) -> None:
        """Stop the creation of a resource for good."""
        resource = self.get(arn)
        if resource.status not in CREATING:
            raise ApiError("InvalidInputException", f"{arn} is {resource.status}; only a resource that is being created can be stopped")
        resource.status = "CREATE_STOPPING"

    def delete(self, arn: str, *, tree: bool = False, at_once: bool = False) -> None:
        """Delete a resource without children, or with `tree` its children too: in the background, unless at once."""
        resources = self._collect_tree(self.get(arn))
        if any(resource.status not in DELETABLE for resource in resources) or (len(resources) > 1 and not tree):
            raise ApiError("ResourceInUseException", f"{arn} is in use, still being created or already being deleted")
        for resource in resources:
            resource.status = "DELETE_PENDING"
        if at_once:
            self._remove(resources)
        else:
            threading.Thread(target=self._delete, args=(resources,), daemon=True).start()

    def _collect_tree(self, resource: Resource) -> list[Resource]:
        """Return the resource and everything that was created from it."""
        children = [other for other in self._by_arn.values() if resource.arn in other.parents]
        return [resource, *(descendant for child in children for descendant in self._collect_tree(child))]

    def _delete(self, resources: list[Resource]) -> None:
        time.sleep(PENDING_SECONDS)
        for resource in resources:
            resource.status = "DELETE_IN_PROGRESS"
        time.sleep(PENDING_SECONDS)
        self._remove(resources)

    def _remove(self, resources: list[Resource]) -> None:
        with self._lock:
            for resource in resources:
                self._by_arn.pop(resource.arn, None)


def _create(resource: Resource, work: Work) -> None:
    time.sleep(PENDING_SECONDS)
    if _finish_stop(resource):
        return
    resource.status = "CREATE_IN_PROGRESS"
    time.sleep(PENDING_SECONDS)
    if _finish_stop(resource):
        return
    try:
        work()
    except InvalidData as error:
        resource.status, resource.message = "CREATE_FAILED", str(error)
    except Exception as error:  # noqa: BLE001 - the service reports every failure in the resource
        resource.status, resource.message = "CREATE_FAILED", f"{type(error).__name__}: {error}"
    else:
        resource.status = "ACTIVE"


def _finish_stop(resource: Resource) -> bool:
    """Return whether the creation was stopped, and set the final status then."""
    if resource.status == "CREATE_STOPPING":
        resource.status = "CREATE_STOPPED"
    return resource.status == "CREATE_STOPPED"


def _require_valid_name(name: str) -> None:
    if not NAME.fullmatch(name) or len(name) > MAX_NAME_CHARACTERS:
        raise ApiError(
            "InvalidInputException", f"the name {name!r} must match {NAME.pattern} and have at most {MAX_NAME_CHARACTERS} characters"
        )
