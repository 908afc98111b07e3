"""Small frames for the logistics engine, and random ones for comparisons with a loop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from kpi_engine.logistics.inputs.parameters import LogisticsParameters
from kpi_engine.logistics_efficiency import LogisticsEfficiencyEngine

Row: TypeAlias = dict[str, Any]
NOTHING = pd.DataFrame()
NO_LINE: Row = {"order_id": None, "ordered_qty": None, "shipped_qty": None}
NO_RESOURCE: Row = {"resource": None, "rated": None}
TRAILER: Row = {"vehicle_type": "trailer", "payload_kg": 24_000.0, "volume_m3": 82.0, "pallet_positions": 33.0, "deck_ldm": 13.6}
STATUSES = ["DELIVERED", "DELIVERED", "DELIVERED", "CANCELLED_CUSTOMER", "CANCELLED_US", None]


def kpis(
    historical: pd.DataFrame = NOTHING,
    forecast: pd.DataFrame = NOTHING,
    capacity: pd.DataFrame = NOTHING,
    *,
    parameters: LogisticsParameters | None = None,
    accuracy: float | None = None,
) -> dict[str, Any]:
    engine = LogisticsEfficiencyEngine(parameters)
    return engine.calculate_logistics_kpis(historical, forecast, capacity, forecast_accuracy=accuracy)


def shipments(rows: Sequence[Row]) -> pd.DataFrame:
    """Historical data of shipments alone."""
    return pd.DataFrame([NO_LINE | row for row in rows])


def vehicles(*rows: Row) -> pd.DataFrame:
    """Capacity data of vehicle types alone."""
    return pd.DataFrame([NO_RESOURCE | row for row in rows])


def forecasts(values: Sequence[float], **columns: Any) -> pd.DataFrame:
    """One value per day from Monday 2026-07-20 on."""
    days = pd.date_range("2026-07-20", periods=len(values))
    return pd.DataFrame({"forecast_date": days, "predicted_value": values, **columns})


def throughput(capacity: float, **columns: Any) -> pd.DataFrame:
    return pd.DataFrame([{"resource": "THROUGHPUT", "rated": capacity, **columns}])


def random_lines(seed: int, size: int = 400) -> pd.DataFrame:
    """Order lines with everything that goes wrong: gaps, zeros, shortages, surpluses, cancellations, late and open deliveries."""
    rng = np.random.default_rng(seed)

    def gaps(values: np.ndarray[Any, Any], share: float = 0.05) -> pd.Series[Any]:
        return pd.Series(values).mask(rng.random(size) < share)

    ordered_qty = rng.integers(0, 30, size).astype(float)
    due = pd.Timestamp("2026-07-01") + pd.to_timedelta(rng.integers(0, 20, size), unit="D")
    delivered_on = due + pd.to_timedelta(rng.integers(-3, 4, size), unit="D")
    return pd.DataFrame(
        {
            "order_id": [f"R{number}" for number in rng.integers(0, size // 3, size)],
            "line_no": np.arange(size),
            "ordered_qty": gaps(ordered_qty),
            "final_qty": gaps(np.maximum(ordered_qty - rng.integers(0, 3, size), 0), 0.3),
            "shipped_qty": gaps(np.maximum(ordered_qty + rng.choice([-2.0, 0, 0, 0, 0, 0, 1], size), 0)),
            "delivered_qty": gaps(np.maximum(ordered_qty + rng.choice([-2.0, 0, 0, 0, 0, 0, 1], size), 0)),
            "units_per_case": gaps(rng.choice([1.0, 6, 12], size)),
            "unit_price": gaps(rng.integers(1, 50, size) / 4),
            "currency": "EUR",
            "status": rng.choice(np.array(STATUSES, dtype=object), size),
            "requested_date": gaps(due.to_numpy()),
            "promised_date": gaps((due + pd.Timedelta(days=1)).to_numpy()),
            "confirmed_date": gaps((due + pd.Timedelta(days=2)).to_numpy()),
            "delivered_ts": gaps(delivered_on.to_numpy(), 0.15),
            "docs_ok": gaps(rng.random(size) < 0.9),
            "damage_qty": gaps(rng.choice([0.0, 0, 0, 1], size)),
        }
    )
