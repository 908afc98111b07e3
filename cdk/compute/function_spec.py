"""What distinguishes one Lambda function from another."""

from __future__ import annotations

from dataclasses import dataclass

from cdk.compute.package import FUNCTIONS, Package
from cdk.storage.database_users import FUNCTION_USER


@dataclass(frozen=True)
class FunctionSpec:
    """One function. `name` is its module in runtime/functions, unless `handler` names another entry point.

    reads, writes: the zones of the lake that the function may access. concurrency: instances at the same time, reserved where the
    settings ask for it; each holds one database connection. asynchronous: the invoker (a topic, a rule, a schedule) does not wait, so
    failed events go to a dead-letter queue. in_vpc: runs in the network and connects to the database as `database_user`.
    """

    name: str
    description: str
    package: Package = FUNCTIONS
    memory_mib: int = 512
    timeout_s: int = 60
    ephemeral_storage_mib: int = 512
    snap_start: bool = False
    handler: str = ""
    concurrency: int = 2
    asynchronous: bool = False
    in_vpc: bool = True
    database_user: str = FUNCTION_USER
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()

    @property
    def construct_id(self) -> str:
        """The name in CamelCase."""
        return "".join(word.capitalize() for word in self.name.split("_"))

    @property
    def entry_point(self) -> str:
        """Module path and function name of the handler."""
        return self.handler or f"runtime.functions.{self.name}.handler"
