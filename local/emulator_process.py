"""The emulator's process: its environment, its start, its readiness."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from contracts.stages import LOCAL_STAGE
from local import cdk_cli, ports, state
from local.emulator.settings import REGION, EmulatorSettings
from local.errors import LocalStackError
from local.processes import ProcessRecord, start_detached

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "signify-local", "AWS_SECRET_ACCESS_KEY": "signify-local"}
READY_SECONDS = 60
INHERITED_VARIABLES = ("HOME", "LANG", "LC_ALL", "USER", "SSL_CERT_FILE", "UV_CACHE_DIR", "XDG_CACHE_HOME")
"""Variables that the processes inherit from the developer's shell; no AWS profile, no virtual environment, no PYTHONPATH."""
MINISTACK_VARIABLES = {
    "BIND_HOST": ports.HOST,
    "IOT_MTLS_ENABLED": "0",
    "SFTP_ENABLED": "0",
    "LAMBDA_EXECUTOR": "local",
    # Do not use Docker, even where it is running.
    "DOCKER_HOST": "unix:///nonexistent/docker.sock",
}


def launch(settings: EmulatorSettings, port: int) -> ProcessRecord:
    """Start the emulator on a port of 127.0.0.1, detached."""
    name, folder = own_variable()
    Path(folder).mkdir(parents=True, exist_ok=True)
    environment = {
        **_base_environment(),
        **aws_environment(settings.endpoint),
        **MINISTACK_VARIABLES,
        **settings.to_environment(),
        "GATEWAY_PORT": str(port),
        name: folder,
        "TZ": "UTC",
    }
    command = [sys.executable, "-m", "local.emulator.server"]
    return start_detached(command, _log(), environment, folder=state.ROOT)


def own_variable() -> tuple[str, str]:
    """Return name and value of the variable that the emulator, its functions and its jobs have, and no process of another state folder."""
    return "TMPDIR", str(state.home() / "tmp")


def wait_until_ready(record: ProcessRecord, endpoint: str) -> None:
    """Wait until the emulator responds. Raises LocalStackError with the end of its log."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and record.is_running:
        try:
            with urlopen(f"{endpoint}/_ministack/health", timeout=5):  # noqa: S310 - the emulator's own address
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    tail = "\n".join(_log().read_text(encoding="utf-8", errors="replace").splitlines()[-12:])
    raise LocalStackError(f"the emulator did not respond on {endpoint}; its log {_log()} ends with\n{tail}")


def aws_environment(endpoint: str) -> dict[str, str]:
    """Return the variables that point every AWS SDK to the emulator, and to no account of the developer."""
    return {
        **CREDENTIALS,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def cdk_environment(endpoint: str) -> dict[str, str]:
    """Return the whole environment of a CDK command against the emulator."""
    return {
        **_base_environment(),
        **cdk_cli.QUIET_VARIABLES,
        **aws_environment(endpoint),
        "SIGNIFY_STAGE": LOCAL_STAGE,
        "CDK_HOME": str(state.home() / "cdk"),
        # The CDK's own template rules; the stages for AWS are checked with them.
        "CDK_VALIDATION": "false",
    }


def _base_environment() -> dict[str, str]:
    variables = {name: os.environ[name] for name in INHERITED_VARIABLES if name in os.environ}
    return {**variables, "PATH": cdk_cli.build_search_path()}


def _log() -> Path:
    return state.logs() / "emulator.log"
