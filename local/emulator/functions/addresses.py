"""Functions: the shipped emulator hands them the addresses of APIs and user pools on AWS, where nobody answers for this machine.

Ours hands the twin's own addresses of the same things, in whichever variable one stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ministack.core import lambda_runtime

from local import addresses
from local.emulator.settings import EmulatorSettings

ADDRESSES: tuple[tuple[re.Pattern[str], Callable[[str, str], str]], ...] = (
    (re.compile(r"https://[^/]+\.execute-api\."), addresses.api_url),
    (re.compile(r"https://[^/]+\.auth\.[^/]+\.amazoncognito\.com/"), addresses.token_url),
)


def install(settings: EmulatorSettings) -> None:
    """Start every worker with the addresses of this machine; what a function's configuration says stays as it was deployed."""
    shipped = lambda_runtime.Worker._spawn

    def spawn(worker: lambda_runtime.Worker) -> None:
        told = worker.config.get("Environment", {})
        variables = told.get("Variables", {})
        mapped = {**told, "Variables": {**variables, **on_this_machine(variables, settings.endpoint)}}
        worker.config = {**worker.config, "Environment": mapped}
        shipped(worker)

    lambda_runtime.Worker._spawn = spawn


def on_this_machine(variables: Mapping[str, str], endpoint: str) -> dict[str, str]:
    """The variables that hold an address of AWS, with the twin's address instead."""
    found = ((name, value, here) for name, value in variables.items() for pattern, here in ADDRESSES if pattern.match(value))
    return {name: here(value, endpoint) for name, value, here in found}
