"""`python -m local.emulator.server`: serve ministack with this platform's extensions until a signal ends the process.

The environment configures it: EmulatorSettings for the extensions, GATEWAY_PORT and BIND_HOST for ministack itself.
"""

from __future__ import annotations

import sys

from ministack.app import main as serve

from local.emulator import (
    alarms,
    aurora,
    buckets,
    chat_receivers,
    compression,
    database_metrics,
    forecast,
    glue_jobs,
    networks,
    object_events,
    request_urls,
    request_validators,
    service_metrics,
    stub_types,
    web_acls,
)
from local.emulator.functions import addresses, code, deliveries, errors, isolation, output
from local.emulator.settings import EmulatorSettings
from local.emulator.step_functions import execution_status, glue_states, idempotent_starts, redrives

EXTENSIONS = (
    alarms,
    networks,
    buckets,
    object_events,
    stub_types,
    aurora,
    glue_jobs,
    glue_states,
    idempotent_starts,
    execution_status,
    redrives,
    forecast,
    addresses,
    code,
    deliveries,
    isolation,
    errors,
    output,
    request_urls,
    request_validators,
    service_metrics,
    web_acls,
    chat_receivers,
    compression,
    database_metrics,
)


def main() -> None:
    """Install the extensions and serve."""
    settings = EmulatorSettings.pop_from()
    for extension in EXTENSIONS:
        extension.install(settings)
    sys.argv = ["ministack"]
    serve()


if __name__ == "__main__":
    main()
