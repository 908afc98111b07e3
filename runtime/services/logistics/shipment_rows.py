"""The shipments of a window as the logistics engine reads them, and what they cost."""

from __future__ import annotations

from datetime import date

import pandas as pd

from kpi_engine.logistics.inputs.parameters import CostParameters
from kpi_engine.shared.money import ExchangeRate, ExchangeRates
from runtime.services.logistics.order_lines import drop_empty_columns

KEPT = (
    "carrier_id", "vehicle_type", "gross_kg", "volume_m3", "pallets", "ldm", "stackable", "temp_class", "distance_km", "empty_km", "day",
)  # fmt: skip
TIMES = {"gate_in_ts": "gate_in", "dock_in_ts": "dock_in", "dock_out_ts": "dock_out", "gate_out_ts": "gate_out"}
NEVER_DROPPED = ("shipment_id", "trip_id", "lane_id", "site_id", "ship_date", "day")
TARIFF = "vehicle_types"
STATED = "shipments"


def build_shipments(shipments: pd.DataFrame, vehicle_types: pd.DataFrame) -> tuple[pd.DataFrame, str | None]:
    """Return the shipments, one row per stop, and where their cost comes from: the shipments, the rates of the vehicle types, or nowhere.

    The stops of a shipment are one trip. A shipment leaves on its planned day. A column without any value is left out.
    """
    if not len(shipments):
        return pd.DataFrame(), None
    rows = shipments[list(KEPT)].rename(columns=TIMES)
    stop = shipments["stop_no"].map(lambda number: "" if pd.isna(number) else f"/{int(number)}")
    rows["shipment_id"], rows["trip_id"] = shipments["shipment_id"] + stop, shipments["shipment_id"]
    rows["lane_id"] = shipments["lane_id"].fillna(shipments["origin_site_id"] + "-" + shipments["destination_id"])
    rows["site_id"], rows["ship_date"] = shipments["origin_site_id"], shipments["day"]
    for column, name in TIMES.items():
        rows[name] = shipments[column]
    rows["transport_cost"], rows["cost_currency"], source = _find_costs(shipments, vehicle_types)
    return drop_empty_columns(rows, NEVER_DROPPED), source


def _find_costs(shipments: pd.DataFrame, vehicle_types: pd.DataFrame) -> tuple[pd.Series[float], pd.Series[str], str | None]:
    """Return the stated costs; where no shipment states any, those by the rates of its vehicle type."""
    if shipments["cost"].notna().any():
        return shipments["cost"], shipments["currency"].where(shipments["cost"].notna()), STATED
    if not len(vehicle_types):
        return shipments["cost"], shipments["currency"], None
    rates = vehicle_types.set_index("vehicle_type")
    per_trip, per_km = (shipments["vehicle_type"].map(rates[name]) for name in ("cost_fixed", "cost_km"))
    # The fixed cost is that of a trip: only its first stop carries it.
    is_first_stop = ~shipments.duplicated("shipment_id")
    cost = per_trip.where(is_first_stop, 0.0) + per_km * (shipments["distance_km"] + shipments["empty_km"].fillna(0))
    currency = shipments["vehicle_type"].map(rates["currency"]).where(cost.notna())
    return cost, currency, TARIFF if cost.notna().any() else None


def choose_currency(currencies: pd.Series[str], fx_rates: pd.DataFrame, day: date) -> CostParameters:
    """Return the currency in which costs are added up, and the rates of a day; with one currency there is nothing to convert.

    >>> rates = pd.DataFrame({"base_currency": ["GBP"], "quote_currency": ["EUR"], "valid_from": ["2026-11-01"], "rate": [1.2]})
    >>> choose_currency(pd.Series(["EUR", "EUR", "GBP"]), rates, date(2026, 11, 29)).rates
    (('GBP', 1.2),)
    """
    counts = currencies.dropna().value_counts()
    if len(counts) <= 1 or not len(fx_rates):
        return CostParameters()
    target = str(min(counts.index, key=lambda name: (-counts[name], name)))
    rates = read_exchange_rates(fx_rates)
    factors = {name: rates.find_rate(name, target, day) for name in sorted(counts.index) if name != target}
    return CostParameters(target, tuple((name, rate) for name, rate in factors.items() if rate is not None))


def read_exchange_rates(fx_rates: pd.DataFrame) -> ExchangeRates:
    """Return the rates of a data set, none when it has no row."""
    if not len(fx_rates):
        return ExchangeRates()
    days = pd.to_datetime(fx_rates["valid_from"]).dt.date
    rows = zip(fx_rates["base_currency"], fx_rates["quote_currency"], days, fx_rates["rate"], strict=True)
    return ExchangeRates.of(ExchangeRate(base, quote, valid_from, float(rate)) for base, quote, valid_from, rate in rows)


def convert_prices(lines: pd.DataFrame, fx_rates: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return order lines with their prices in one currency, at the rates of a day; as they are when a rate is missing.

    >>> rates = pd.DataFrame({"base_currency": ["GBP"], "quote_currency": ["EUR"], "valid_from": ["2026-11-01"], "rate": [1.2]})
    >>> lines = pd.DataFrame({"unit_price": [10.0, 10.0, 10.0], "currency": ["EUR", "GBP", "EUR"]})
    >>> convert_prices(lines, rates, date(2026, 11, 29))["unit_price"].tolist()
    [10.0, 12.0, 10.0]
    """
    if not {"unit_price", "currency"} <= set(lines.columns):
        return lines
    has_price = lines["unit_price"].notna()
    costs = choose_currency(lines["currency"][has_price], fx_rates, day)
    factors = dict(costs.rates) | {costs.currency: 1.0}
    names = lines["currency"].where(has_price)
    if costs.currency is None or not set(names[has_price]) <= set(factors):
        return lines
    return lines.assign(unit_price=lines["unit_price"] * names.map(factors), currency=names.where(names.isna(), costs.currency))
