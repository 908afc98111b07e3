"""The CDK app: reads the settings and defines the stacks. It makes no AWS calls."""

from __future__ import annotations

import os

from aws_cdk import App

from cdk.common.checks import add_checks
from cdk.settings.reader import SettingsError, read_settings
from cdk.settings.target import require_target
from stacks.platform import build_platform


def main() -> None:
    """Synthesize and check one stage; invalid settings and findings that are not suppressed make it fail."""
    app = App()
    try:
        settings = read_settings(app.node.get_all_context())
        require_target(settings, os.environ)
    except SettingsError as error:
        raise SystemExit(f"settings: {error}") from None
    build_platform(app, settings)
    add_checks(app)
    app.synth()


if __name__ == "__main__":
    main()
