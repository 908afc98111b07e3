"""The configuration of every AWS client: short timeouts, a few retries with jitter."""

from __future__ import annotations

from botocore.config import Config

CONFIG = Config(connect_timeout=5, read_timeout=60, retries={"mode": "standard", "max_attempts": 4})
