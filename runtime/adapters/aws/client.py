"""How every AWS client behaves: short timeouts, a few retries with jitter."""

from __future__ import annotations

from botocore.config import Config

CLIENT = Config(connect_timeout=5, read_timeout=60, retries={"mode": "standard", "max_attempts": 4})
