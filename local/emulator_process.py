"""The emulator's process: what it is told, how it is started, when it is ready."""

from __future__ import annotations

import os
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

from local import cdk_cli, ports, state
from local.emulator.settings import EmulatorSettings
from local.errors import TwinError
from local.processes import ProcessRecord, start_detached

REGION = "us-east-1"
ACCOUNT = "000000000000"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "signify-twin", "AWS_SECRET_ACCESS_KEY": "signify-twin"}
READY_SECONDS = 60
INHERITED = ("HOME", "LANG", "LC_ALL", "USER", "SSL_CERT_FILE", "UV_CACHE_DIR", "XDG_CACHE_HOME")
"""What a deterministic process may know of the developer's shell; no AWS profile, no virtual environment, no PYTHONPATH."""
MINISTACK = {
    "BIND_HOST": ports.HOST,
    "IOT_MTLS_ENABLED": "0",
    "SFTP_ENABLED": "0",
    "LAMBDA_EXECUTOR": "local",
    # The twin needs no Docker and leaves a running one alone.
    "DOCKER_HOST": "unix:///nonexistent/docker.sock",
}


def launch(settings: EmulatorSettings, port: int) -> ProcessRecord:
    """Start the emulator on a port of 127.0.0.1, detached."""
    temporary = state.home() / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    environment = {
        **_base(),
        **aws_environment(settings.endpoint),
        **MINISTACK,
        **settings.environment(),
        "GATEWAY_PORT": str(port),
        "TMPDIR": str(temporary),
        "TZ": "UTC",
    }
    command = [sys.executable, "-m", "local.emulator.server"]
    return start_detached(command, state.logs() / "emulator.log", environment, folder=state.ROOT)


def wait_until_ready(record: ProcessRecord, endpoint: str) -> None:
    """Wait until the emulator answers. Raises TwinError with the end of its log."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and record.is_running:
        try:
            with urlopen(f"{endpoint}/_ministack/health", timeout=5):  # noqa: S310 - our own address
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    log = state.logs() / "emulator.log"
    tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:])
    raise TwinError(f"the emulator did not answer on {endpoint}; its log {log} ends with\n{tail}")


def aws_environment(endpoint: str) -> dict[str, str]:
    """The variables that lead every AWS SDK to the twin, and to no account of the developer's."""
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
    """The whole environment of a CDK command against the twin."""
    return {
        **_base(),
        **cdk_cli.QUIET,
        **aws_environment(endpoint),
        "SIGNIFY_STAGE": "local",
        "CDK_HOME": str(state.home() / "cdk"),
        # The CDK's own template rules; the stages for AWS are checked with them.
        "CDK_VALIDATION": "false",
    }


def _base() -> dict[str, str]:
    return {**{name: os.environ[name] for name in INHERITED if name in os.environ}, "PATH": cdk_cli.search_path()}
