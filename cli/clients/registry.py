"""The port to the machine clients of a stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class MachineClient:
    """A client and its credentials. is_deployed: the settings define it, so that a deploy creates and deletes it. api_key: if required."""

    name: str
    client_id: str
    secret: str = field(repr=False)
    scopes: tuple[str, ...]
    is_deployed: bool = False
    api_key: str | None = field(default=None, repr=False)


class ClientRegistry(Protocol):
    """The clients of one stage."""

    def list_clients(self) -> list[MachineClient]:
        """Return all clients in the order of their names; clients of one name are a client whose secret is being replaced."""

    def add(self, name: str, scopes: Sequence[str]) -> MachineClient:
        """Create a client with new credentials, and an API key where the stage requires one."""

    def remove(self, client: MachineClient) -> None:
        """Delete a client and its API key: it gets no tokens any more; those it has stay valid for an hour at most."""
