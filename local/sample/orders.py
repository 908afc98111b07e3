"""Order lines that add up to a day's demand: customer, quantity, time and status."""

from datetime import date

import numpy as np
import pandas as pd

from local.sample.calendar import format_utc_offset
from local.sample.catalogue import Catalogue
from local.sample.demand import SiteDemand

_CUSTOMERS = 180
_ANONYMOUS_EVERY = 45  # every 45th customer has no customer id
_MAX_LINES = 4
_CANCELLED_SHARE = 0.01


def make_order_lines(rng: np.random.Generator, demand: SiteDemand, catalogue: Catalogue, last_days: int) -> pd.DataFrame:
    """Split the demand of the last days into order lines; every column is text, as in the file.

    Lines that the customer cancelled are added: they are no demand.
    """
    lines = _split_demand(rng, demand, last_days)
    lines = pd.concat([lines.assign(cancelled=False), _draw_cancellations(rng, lines)], ignore_index=True)
    lines["customer"] = rng.integers(1, _CUSTOMERS + 1, len(lines))
    lines = lines.sort_values(["day", "customer", "sku"], kind="stable", ignore_index=True)
    return _format(rng, lines, demand, catalogue)


def _split_demand(rng: np.random.Generator, demand: SiteDemand, last_days: int) -> pd.DataFrame:
    """Split each day's demand of each SKU into one to four lines of at least one unit."""
    recent = demand.units[:, -last_days:]
    sku, day = np.nonzero(recent)
    units = recent[sku, day]
    line_counts = np.minimum(rng.integers(1, _MAX_LINES + 1, len(units)), units)
    share = rng.random((len(units), _MAX_LINES)) * (np.arange(_MAX_LINES)[None, :] < line_counts[:, None])
    remainder = (units - line_counts)[:, None]
    part = np.floor(remainder * share / share.sum(axis=1, keepdims=True)).astype(np.int64) + (share > 0)
    part[:, 0] += units - part.sum(axis=1)
    row, column = np.nonzero(part)
    first_day = len(demand.days) - last_days
    return pd.DataFrame({"sku": sku[row], "day": day[row] + first_day, "units": part[row, column]})


def _draw_cancellations(rng: np.random.Generator, lines: pd.DataFrame) -> pd.DataFrame:
    some = lines.iloc[rng.choice(len(lines), int(len(lines) * _CANCELLED_SHARE), replace=False)]
    return some.assign(cancelled=True)


def _format(rng: np.random.Generator, lines: pd.DataFrame, demand: SiteDemand, catalogue: Catalogue) -> pd.DataFrame:
    site, day, sku = demand.site, lines["day"].to_numpy(), lines["sku"].to_numpy()
    dates = demand.days[day].astype(str)
    compact = np.char.replace(dates, "-", "")
    customer = lines["customer"].astype(str)
    order_ids = pd.Series(compact, dtype=str).radd("SO-") + f"-{site.site_id}-" + customer.str.zfill(3)
    age = len(demand.days) - 1 - day
    status = np.select([lines["cancelled"], age <= 1, age <= 4], ["CANCELLED_CUSTOMER", "OPEN", "SHIPPED"], "DELIVERED")
    units = lines["units"].astype(str)
    shipped_units = np.where(np.isin(status, ["SHIPPED", "DELIVERED"]), units, "0")
    return pd.DataFrame(
        {
            "order_id": order_ids,
            "line_no": (lines.groupby(order_ids).cumcount() + 1).astype(str),
            "customer_id": np.where(lines["customer"] % _ANONYMOUS_EVERY == 0, "", "C" + customer.str.zfill(4)),
            "sku_id": catalogue.sku_ids[sku],
            "ship_from_site_id": site.site_id,
            "ship_to_id": f"{site.country}-" + (lines["customer"] % 40).astype(str).str.zfill(3),
            "order_ts": _draw_order_times(rng, demand, day, lines["customer"].to_numpy()),
            "ordered_qty": units,
            "shipped_qty": shipped_units,
            "uom": "EA",
            "unit_price": np.char.mod("%.2f", catalogue.price[sku]),
            "currency": site.currency,
            "requested_date": (demand.days[day] + np.timedelta64(2, "D")).astype(str),
            "status": status,
        }
    )


def _draw_order_times(rng: np.random.Generator, demand: SiteDemand, day: np.ndarray, customer: np.ndarray) -> pd.Series:
    """Draw one time between 7:00 and 18:00 per customer and day, with the site's UTC offset."""
    seconds = rng.integers(7 * 3600, 18 * 3600, (len(demand.days), _CUSTOMERS + 1))[day, customer]
    clock = pd.to_datetime(seconds, unit="s").strftime("%H:%M:%S")
    offsets = np.array([format_utc_offset(demand.site, date.fromisoformat(text)) for text in demand.days.astype(str)])
    times: pd.Series = pd.Series(demand.days[day].astype(str), dtype=str) + "T" + clock + offsets[day]
    return times
