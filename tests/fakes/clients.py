"""Machine clients in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from typing_extensions import override

from cli.clients.registry import ClientRegistry, MachineClient


@dataclass
class InMemoryClients(ClientRegistry):
    """Clients with numbered ids and secrets."""

    clients: list[MachineClient] = field(default_factory=list)
    number: int = 0

    @override
    def list_clients(self) -> list[MachineClient]:
        return sorted(self.clients, key=lambda client: (client.name, client.client_id))

    @override
    def add(self, name: str, scopes: Sequence[str]) -> MachineClient:
        self.number += 1
        self.clients.append(MachineClient(name, f"id-{self.number}", f"secret-{self.number}", tuple(scopes)))
        return self.clients[-1]

    @override
    def remove(self, client: MachineClient) -> None:
        self.clients.remove(client)
