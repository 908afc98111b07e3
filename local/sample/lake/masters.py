"""Rows of the data sets that are small or have one row per SKU."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from local.sample.calendar import SITES, Days, Site, format_utc_offset, list_holidays
from local.sample.catalogue import Catalogue, Pattern
from local.sample.lake.files import text_frame

LANES = 40
"""Lanes of each site."""

RESOURCES = {
    "STORAGE_POS": ("5000", "positions"),
    "DOORS_OUT": ("24", "doors"),
    "LABOUR_H": ("480", "hours"),
    "VEHICLES": ("30", "vehicles"),
}
UNITS_PER_SKU = 8
"""Units that a site can ship per SKU and day."""
VEHICLES = (
    ("VAN-3T5", "1200", "12", "5", "95.00", "0.85"),
    ("RIGID-18T", "9000", "45", "18", "160.00", "1.10"),
    ("ARTIC-44T", "26000", "90", "33", "240.00", "1.45"),
)


def site_rows() -> pd.DataFrame:
    """Return site_master."""
    regions = {"GB": "GB-ENG", "NL": "NL-ZH"}
    return text_frame(
        {
            "site_id": site.site_id,
            "name": f"Warehouse {site.site_id}",
            "time_zone": site.time_zone,
            "country": site.country,
            "subdivision": regions[site.country],
            "week_start": "1",
            "open_days": "".join(str(day) for day in site.open_days),
            "doors": "24",
            "currency": site.currency,
        }
        for site in SITES
    )


def lane_rows() -> pd.DataFrame:
    """Return lane_master."""
    return text_frame(
        {
            "lane_id": make_lane_id(site, number),
            "origin_id": site.site_id,
            "destination_id": f"{site.country}-{number:03}",
            "distance_km": str(25 + 11 * number),
            "transit_days": str(1 + number // 20),
        }
        for site in SITES
        for number in range(LANES)
    )


def make_lane_id(site: Site, number: int) -> str:
    """Return the id of a lane of a site."""
    return f"{site.site_id}-{site.country}-{number:03}"


def vehicle_rows() -> pd.DataFrame:
    """Return vehicle_types."""
    names = ("vehicle_type", "payload_kg", "volume_m3", "pallet_positions", "cost_fixed", "cost_km")
    return text_frame(dict(zip(names, vehicle, strict=True)) | {"currency": "EUR"} for vehicle in VEHICLES)


def sku_rows(catalogue: Catalogue, first_day: date) -> pd.DataFrame:
    """Return sku_master of some SKUs."""
    numbers = [int(sku.removeprefix("SKU-")) for sku in catalogue.sku_ids.tolist()]
    status = np.select([catalogue.mask(Pattern.NEW), catalogue.mask(Pattern.DISCONTINUED)], ["NEW", "DISCONTINUED"], "ACTIVE")
    return pd.DataFrame(
        {
            "sku_id": catalogue.sku_ids,
            "description": [f"Article {number}" for number in numbers],
            "gtin": [with_check_digit(f"40{number:010}") for number in numbers],
            "category_l1": [f"Category {number % 12}" for number in numbers],
            "uom": "EA",
            "units_per_case": [str((6, 12, 24)[number % 3]) for number in numbers],
            "cases_per_pallet": "40",
            "gross_kg": [f"{0.05 + number % 400 / 100:.3f}" for number in numbers],
            "volume_m3": [f"{0.0001 * (1 + number % 300):.6f}" for number in numbers],
            "unit_price": np.char.mod("%.2f", catalogue.price),
            "unit_cost": np.char.mod("%.4f", catalogue.price * 0.6),
            "currency": "EUR",
            "status": status,
            "valid_from": str(first_day),
        },
        dtype=object,
    )


def with_check_digit(digits: str) -> str:
    """Return an identifier of GS1 with its check digit: from the right, the digits weigh 3 and 1 in turn.

    >>> with_check_digit("400638133393")
    '4006381333931'
    """
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return f"{digits}{-total % 10}"


def capacity_rows(days: Days, skus: int) -> pd.DataFrame:
    """Return the capacity of every resource of every site on each day; the throughput is in proportion to the SKUs."""
    resources = RESOURCES | {"THROUGHPUT": (str(UNITS_PER_SKU * skus), "units per day")}
    return text_frame(
        {"site_id": site.site_id, "resource": resource, "valid_date": day, "rated": quantity, "availability": "0.95", "unit": unit}
        for site in SITES
        for day in days.astype(str).tolist()
        for resource, (quantity, unit) in resources.items()
    )


def event_rows(days: Days) -> pd.DataFrame:
    """Return the public holidays of the countries of the sites."""
    first, last = date.fromisoformat(str(days[0])), date.fromisoformat(str(days[-1]))
    return text_frame(_holidays(first, last))


def _holidays(first: date, last: date) -> Iterator[dict[str, str]]:
    for site in SITES:
        for year in range(first.year, last.year + 1):
            for day in list_holidays(site.country, year):
                yield {
                    "event_id": f"HOL-{site.site_id}-{day}",
                    "type": "HOLIDAY",
                    "start_date": str(day),
                    "end_date": str(day),
                    "site_id": site.site_id,
                    "known_at": f"{first - timedelta(days=365)}T00:00:00+00:00",
                }


def rate_rows(first_day: date) -> pd.DataFrame:
    """Return cost_rates."""
    rates = (
        ("LABOUR_H", "21.50", "hours"),
        ("HOLDING", "0.35", "pallet-days"),
        ("TRANSPORT_KM", "1.45", "km"),
        ("SHORTAGE", "2.00", "units"),
    )
    names = ("type", "amount", "unit")
    return text_frame(dict(zip(names, rate, strict=True)) | {"valid_from": str(first_day), "currency": "EUR"} for rate in rates)


def exchange_rows(rng: np.random.Generator, days: Days) -> pd.DataFrame:
    """Return fx_rates: one rate of the pound a week."""
    weeks = days[::7].astype(str).tolist()
    rates = 1.15 + np.cumsum(rng.normal(0, 0.004, len(weeks)))
    return text_frame(
        {"base_currency": "GBP", "quote_currency": "EUR", "valid_from": day, "rate": f"{rate:.6f}", "source": "sample"}
        for day, rate in zip(weeks, rates.tolist(), strict=True)
    )


def shipment_rows(rng: np.random.Generator, site: Site, days: Days) -> pd.DataFrame:
    """Return five shipments of a site a day; the first and the fourth, both in a van, take the same lane."""
    rows = []
    for day in days.astype(str).tolist():
        offset = format_utc_offset(site, date.fromisoformat(day))
        lanes = rng.choice(LANES, 5, replace=False)
        lanes[3] = lanes[0]
        for number, lane in enumerate(lanes.tolist()):
            vehicle, payload, volume, positions = VEHICLES[number % len(VEHICLES)][:4]
            share = float(rng.uniform(0.2, 0.6) if number == 3 else rng.uniform(0.4, 1.0))
            minutes = int(rng.integers(0, 100))
            gate_out = datetime.fromisoformat(f"{day}T{7 + number:02}:55:00") + timedelta(minutes=minutes)
            rows.append(
                {
                    "shipment_id": f"SH-{site.site_id}-{day}-{number}",
                    "lane_id": make_lane_id(site, lane),
                    "origin_site_id": site.site_id,
                    "destination_id": f"{site.country}-{lane:03}",
                    "vehicle_type": vehicle,
                    "planned_departure_ts": f"{day}T{8 + number:02}:00:00{offset}",
                    "actual_departure_ts": f"{day}T{8 + number:02}:12:00{offset}",
                    "dock_in_ts": f"{day}T{7 + number:02}:05:00{offset}",
                    "dock_out_ts": f"{day}T{7 + number:02}:50:00{offset}",
                    "gate_in_ts": f"{day}T{6 + number:02}:50:00{offset}",
                    "gate_out_ts": f"{gate_out.isoformat()}{offset}",
                    "gross_kg": str(round(int(payload) * share)),
                    "volume_m3": f"{int(volume) * share * float(rng.uniform(0.7, 1.0)):.2f}",
                    "pallets": str(math.floor(int(positions) * share)),
                    "distance_km": str(25 + 11 * lane),
                    "empty_km": str(int(rng.integers(0, 25))),
                }
            )
    return text_frame(rows)
