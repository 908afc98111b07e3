"""Functions: the emulator passes them the AWS addresses of APIs and user pools, which nothing serves on this machine.

This extension replaces such an address, in whichever environment variable, by the local stack's address of the same API or user pool.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ministack.core import lambda_runtime

from local import addresses
from local.emulator.settings import EmulatorSettings

LOCALISE: tuple[tuple[re.Pattern[str], Callable[[str, str], str]], ...] = (
    (re.compile(r"https://[^/]+\.execute-api\."), addresses.localise_api_url),
    (re.compile(r"https://[^/]+\.auth\.[^/]+\.amazoncognito\.com/"), addresses.localise_token_url),
)


def install(settings: EmulatorSettings) -> None:
    """Start every worker with local addresses; the function's configuration stays as it was deployed."""
    original_spawn = lambda_runtime.Worker._spawn

    def spawn(worker: lambda_runtime.Worker) -> None:
        environment = worker.config.get("Environment", {})
        variables = environment.get("Variables", {})
        local_variables = {**variables, **localise_variables(variables, settings.endpoint)}
        worker.config = {**worker.config, "Environment": {**environment, "Variables": local_variables}}
        original_spawn(worker)

    lambda_runtime.Worker._spawn = spawn


def localise_variables(variables: Mapping[str, str], endpoint: str) -> dict[str, str]:
    """Return the variables that hold an address of AWS, with the local address in its place."""
    matches = ((name, value, localise) for name, value in variables.items() for pattern, localise in LOCALISE if pattern.match(value))
    return {name: localise(value, endpoint) for name, value, localise in matches}
