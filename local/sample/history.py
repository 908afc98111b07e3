"""Daily demand as a warehouse system exports it: one row per site, SKU and day with sales or a stock-out."""

import numpy as np
import pandas as pd

from local.sample.catalogue import Catalogue
from local.sample.demand import SiteDemand


def make_history_rows(demand: SiteDemand, catalogue: Catalogue, until_day: int) -> pd.DataFrame:
    """Return the rows of the days before the day with index until_day; every column is text, as in the file. A missing day means zero."""
    sales, stock_out = demand.sales[:, :until_day], demand.stock_out[:, :until_day]
    # By day, then SKU: the order in which such a file is written.
    day, sku = np.nonzero((sales > 0).T | stock_out.T)
    dates = demand.days[day].astype(str)
    return pd.DataFrame(
        {
            "site_id": demand.site.site_id,
            "sku_id": catalogue.sku_ids[sku],
            "demand_date": dates,
            "quantity": sales[sku, day].astype(str),
            "uom": "EA",
            "demand_type": "ORDERED",
            "stockout_flag": np.where(stock_out[sku, day], "true", "false"),
            "price": np.char.mod("%.2f", catalogue.price[sku]),
            "source": "WMS",
            "updated_at": (demand.days[day] + np.timedelta64(1, "D")).astype(str) + np.array("T02:00:00+00:00"),
        }
    )
