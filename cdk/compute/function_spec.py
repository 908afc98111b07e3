"""What makes one function different from the others."""

from __future__ import annotations

from dataclasses import dataclass

from cdk.compute.package import FUNCTIONS, Package
from cdk.storage.database_users import FUNCTION_USER


@dataclass(frozen=True)
class FunctionSpec:
    """One function. `name` is its module in runtime/functions, unless `handler` says otherwise.

    concurrency: how many at once, reserved where the settings say so; each holds one database connection. asynchronous: invoked by
    something that does not wait, such as a topic or a rule, so that what fails must be kept. inside: lives in the network and talks to the
    database as `database_user`; else it has neither.
    """

    name: str
    description: str
    package: Package = FUNCTIONS
    memory_mib: int = 512
    timeout_s: int = 60
    scratch_mib: int = 512
    snap_start: bool = False
    handler: str = ""
    concurrency: int = 2
    asynchronous: bool = False
    inside: bool = True
    database_user: str = FUNCTION_USER

    @property
    def construct_id(self) -> str:
        """The name in CamelCase."""
        return "".join(word.capitalize() for word in self.name.split("_"))

    @property
    def entry_point(self) -> str:
        """Module path and function name."""
        return self.handler or f"runtime.functions.{self.name}.handler"
