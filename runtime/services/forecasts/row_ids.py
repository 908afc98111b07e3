"""Ids of forecast rows: the row's key, encoded, so that an id is found without an index (see docs/adr/0004)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from runtime.errors import RunNotFound

PREFIX = "f-"
SEPARATOR = "|"
BAR = "\x1f"
"""Stands for a bar within an identifier: the contracts allow bars there, and no control characters."""


@dataclass(frozen=True)
class ForecastKey:
    """The key of one forecast row, or of a whole run when site, SKU and date are None."""

    run_id: UUID
    site_id: str | None = None
    sku_id: str | None = None
    forecast_date: date | None = None

    @property
    def scope(self) -> dict[str, str]:
        """Scope of the figures about this key: accuracy is stored by SKU, over all its sites."""
        return {} if self.sku_id is None else {"sku_id": self.sku_id}


def encode(key: ForecastKey) -> str:
    """Return the id of the row with this key."""
    site_id, sku_id = (str(name).replace(SEPARATOR, BAR) for name in (key.site_id, key.sku_id))
    text = SEPARATOR.join((str(key.run_id), site_id, sku_id, str(key.forecast_date)))
    return PREFIX + base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(forecast_id: str) -> ForecastKey:
    """Return the key of the id of a run (a UUID) or of a row.

    Raises RunNotFound when it is neither.
    """
    try:
        if not forecast_id.startswith(PREFIX):
            return ForecastKey(UUID(forecast_id))
        base64_text = forecast_id.removeprefix(PREFIX)
        text = base64.urlsafe_b64decode(base64_text + "=" * (-len(base64_text) % 4)).decode()
        run_id, site_id, sku_id, day = text.split(SEPARATOR)
        site_id, sku_id = (name.replace(BAR, SEPARATOR) for name in (site_id, sku_id))
        key = ForecastKey(UUID(run_id), site_id, sku_id, date.fromisoformat(day))
    except (ValueError, binascii.Error):
        raise _invalid_id(forecast_id) from None
    # One row has one id, and no identifier contains a NUL, which PostgreSQL would refuse.
    if encode(key) != forecast_id or "\0" in text:
        raise _invalid_id(forecast_id)
    return key


def _invalid_id(forecast_id: str) -> RunNotFound:
    return RunNotFound(f"{forecast_id[:100]!r} is not a forecast id; use a run's UUID or the id of a forecast row.")
