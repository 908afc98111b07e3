"""What insights need of a run beside the reports: prices, the SKUs behind a peak of a resource, and the stock of SKUs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

import pandas as pd

from kpi_engine.anomalies.assessment.costs import Costs
from kpi_engine.anomalies.formats import parse_number
from kpi_engine.logistics.capacity.peaks import find_peak, list_peak_loads
from kpi_engine.logistics.capacity.rows import CapacityRow
from kpi_engine.logistics.inputs.forecasts import ForecastRows, read_forecast_rows
from kpi_engine.logistics.stock.cover import StockParameters, StockRow, measure_stock
from kpi_engine.shared.serialise import fields_to_json
from runtime.models.domain.runs import ForecastRun
from runtime.services.anomalies.cost_inputs import RATES, find_rate, read_costs
from runtime.services.anomalies.reference import select_valid
from runtime.services.logistics.input_rows import InputRows

RISKS = "risks"
OLDEST_STOCK_DAYS = 3
"""An older snapshot says little about the stock of today."""
SHORTAGE = ("SHORTAGE", "units")


@dataclass(frozen=True)
class RiskInputs:
    """Rows of the run, its forecast and the rows of all resources."""

    run: ForecastRun
    inputs: InputRows
    forecast: pd.DataFrame
    capacity: Sequence[CapacityRow]


def build_risks(inputs: RiskInputs, parameters: StockParameters | None = None) -> dict[str, object]:
    """Return the document `risks` of a run."""
    parameters = parameters or StockParameters()
    frames, as_of = inputs.inputs.frames, inputs.run.as_of_date
    forecasts = read_forecast_rows(inputs.forecast)
    stock, not_judged = _read_stock(frames["inventory_snapshot"], frames["sku_master"], as_of)
    rows = measure_stock(stock, forecasts, parameters)
    prices = _read_prices(frames["sku_master"], frames["cost_rates"], as_of)
    return {
        "run_id": str(inputs.run.id),
        "as_of_date": as_of.isoformat(),
        "prices": prices,
        "peaks": list(_list_peaks(inputs, forecasts)),
        "stock": {
            "parameters": asdict(parameters),
            "snapshot_days": _list_snapshot_days(frames["inventory_snapshot"]),
            "not_judged": not_judged | {"without_forecast": len(stock) - len(rows)},
            "judged": len(rows),
            "rows": [fields_to_json(row) for row in rows if _is_at_risk(row)],
            "spare": [
                {"site_id": row.site_id, "sku_id": row.sku_id, "units": row.stock - (row.demand_p90 or row.demand)}
                for row in rows
                if row.stock > (row.demand_p90 or row.demand) and row.sku_id in {each.sku_id for each in rows if _is_short(each)}
            ],
        },
    }


def _is_short(row: StockRow) -> bool:
    return row.stock < (row.demand if row.demand_p90 is None else row.demand_p90)


def _is_at_risk(row: StockRow) -> bool:
    return _is_short(row) or row.excess > 0


def _list_peaks(inputs: RiskInputs, forecasts: ForecastRows) -> Iterator[dict[str, object]]:
    for row in inputs.capacity:
        if not row.days:
            continue
        peak, days = find_peak(row.days), [day.date for day in row.days]
        loads = list_peak_loads(forecasts, row.site_id, peak.date, days)
        yield {
            "site_id": row.site_id,
            "resource": row.resource,
            "date": peak.date.isoformat(),
            "skus": [asdict(load) for load in loads],
            **_find_extra_price(inputs.inputs.frames["capacity"], row),
        }


def _find_extra_price(capacity: pd.DataFrame, row: CapacityRow) -> dict[str, object]:
    """Return the highest price of one unit of the resource more on one of its days; None where none is stated, or in two currencies."""
    no_price: dict[str, object] = {"extra_unit_price": None, "currency": None}
    if "cost_per_extra_unit" not in capacity:
        return no_price
    mine = capacity[(capacity["site_id"] == row.site_id) & (capacity["resource"] == row.resource) & capacity["cost_per_extra_unit"].notna()]
    currencies = set(mine["currency"].dropna())
    if not len(mine) or len(currencies) != 1 or mine["currency"].isna().any():
        return no_price
    return {"extra_unit_price": float(mine["cost_per_extra_unit"].max()), "currency": str(currencies.pop())}


def _read_stock(inventory: pd.DataFrame, sku_master: pd.DataFrame, as_of: date) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the stock of each SKU and site by the newest snapshot, and how many were left out, by reason."""
    if not len(inventory):
        return pd.DataFrame(columns=["site_id", "sku_id", "units", "lead_days"]), {"old_snapshot": 0, "without_lead_time": 0}
    newest = inventory[inventory["day"] == inventory.groupby("site_id")["day"].transform("max")]
    age = (pd.Timestamp(as_of) - pd.to_datetime(newest["day"])).dt.days
    usable = newest[age <= OLDEST_STOCK_DAYS]
    units = usable["on_hand"].fillna(0) + usable["in_transit"].fillna(0) - usable["on_hold"].fillna(0)
    totals = usable.assign(units=units).groupby(["site_id", "sku_id"])["units"].sum().clip(lower=0).reset_index()
    masters = select_valid(sku_master, as_of)
    lead_days = (
        masters.drop_duplicates("sku_id", keep="last").set_index("sku_id")["lead_time_days"] if len(masters) else pd.Series(dtype=float)
    )
    totals["lead_days"] = pd.to_numeric(totals["sku_id"].map(lead_days), errors="coerce")
    has_lead_time = totals["lead_days"].notna()
    n_old = len(newest[age > OLDEST_STOCK_DAYS].drop_duplicates(["site_id", "sku_id"]))
    return totals[has_lead_time], {"old_snapshot": n_old, "without_lead_time": int((~has_lead_time).sum())}


def _list_snapshot_days(inventory: pd.DataFrame) -> dict[str, str]:
    if not len(inventory):
        return {}
    return {str(site): str(day)[:10] for site, day in inventory.groupby("site_id")["day"].max().items()}


def _read_prices(sku_master: pd.DataFrame, cost_rates: pd.DataFrame, as_of: date) -> dict[str, object]:
    """Return the prices that insights are worth, in one currency; None where none is stated."""
    costs = read_costs(sku_master, cost_rates, as_of)
    rates = select_valid(cost_rates, as_of)
    rates = rates[rates["site_id"].isna()] if len(rates) else rates
    currency = costs.currency or _find_only_currency(rates)
    prices: Mapping[str, float | None] = {name: find_rate(rates, kind, unit, currency or "") for name, (kind, unit) in RATES.items()}
    return {
        "currency": currency,
        **prices,
        "shortage_cost_per_unit": find_rate(rates, *SHORTAGE, currency or ""),
        "margins": _list_margins(costs),
    }


def _find_only_currency(rates: pd.DataFrame) -> str | None:
    currencies = set(rates["currency"].dropna()) if len(rates) else set()
    return str(currencies.pop()) if len(currencies) == 1 else None


def _list_margins(costs: Costs) -> dict[str, float]:
    margins = costs.unit_margin if isinstance(costs.unit_margin, Mapping) else {}
    return {sku: number for sku, margin in margins.items() if (number := parse_number(margin)) >= 0}
