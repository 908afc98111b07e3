"""What became of order lines: shipped in full or short, delivered in time or late, with right papers and undamaged or not."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from local.sample.calendar import Site, format_utc_offset

SHORT_SHARE, LATE_SHARE, WRONG_PAPERS_SHARE, DAMAGED_SHARE = 0.03, 0.05, 0.01, 0.01


def add_deliveries(rng: np.random.Generator, lines: pd.DataFrame, site: Site, until: date) -> pd.DataFrame:
    """Return order lines with their deliveries: every line that is due by the last day arrived, but for those that are a day late then."""
    due = [date.fromisoformat(text) for text in lines["requested_date"]]
    is_late = rng.random(len(lines)) < LATE_SHARE
    arrival = [day + timedelta(days=int(late)) for day, late in zip(due, is_late.tolist(), strict=True)]
    is_open = (lines["status"] != "CANCELLED_CUSTOMER").to_numpy()
    is_delivered = is_open & np.array([day <= until for day in arrival])
    ordered_units = lines["ordered_qty"].astype(int).to_numpy()
    is_short = (rng.random(len(lines)) < SHORT_SHARE) & (ordered_units > 1)
    shipped_units = np.where(is_short, np.ceil(ordered_units * 0.8), ordered_units).astype(int)
    hours = rng.integers(7, 17, len(lines))
    times = [f"{day}T{hour:02}:30:00{format_utc_offset(site, day)}" for day, hour in zip(arrival, hours.tolist(), strict=True)]
    damage = (rng.random(len(lines)) < DAMAGED_SHARE).astype(int)
    papers = np.where(rng.random(len(lines)) < WRONG_PAPERS_SHARE, "false", "true")
    return lines.assign(
        status=np.where(is_delivered, "DELIVERED", lines["status"]),
        shipped_qty=np.where(is_delivered, shipped_units.astype(str), lines["shipped_qty"]),
        delivered_qty=np.where(is_delivered, shipped_units.astype(str), ""),
        delivered_ts=np.where(is_delivered, times, ""),
        docs_ok=np.where(is_delivered, papers, ""),
        damage_qty=np.where(is_delivered, damage.astype(str), ""),
    )
