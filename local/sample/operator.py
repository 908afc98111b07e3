"""Two years of a fictitious logistics operator, as the files it would send; the same seed writes the same bytes."""

import gzip
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from contracts.paths import Zone, dataset_prefix
from local.sample import faults
from local.sample.calendar import SITES, Days, list_days
from local.sample.catalogue import Catalogue, make_catalogue
from local.sample.demand import SiteDemand, make_demand
from local.sample.files import SampleFile, SampleFiles
from local.sample.history import make_history_rows
from local.sample.orders import make_order_lines
from local.sample.rejected_files import write_duplicate, write_rejected_files

SKUS = 300
ORDER_DAYS = 56
_REPEATS = 12


def write_files(folder: Path, seed: int = 7, until: date | None = None, scale: float = 1.0) -> SampleFiles:
    """Write the operator's files into `folder` and return them with the result that each must have.

    Daily demand up to eight weeks before `until` comes as demand_history (one file per site), the last eight weeks as orders.
    `until` is the last day with data (default: yesterday); `scale` multiplies the 300 SKUs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    days = list_days(until or datetime.now(tz=UTC).date() - timedelta(days=1))
    rng = np.random.default_rng(seed)
    catalogue = make_catalogue(rng, round(SKUS * scale))
    demands = [make_demand(rng, site, days, catalogue) for site in SITES]
    files = [file for demand in demands for file in _write_histories(rng, folder, demand, catalogue)]
    lines = pd.concat([make_order_lines(rng, demand, catalogue, ORDER_DAYS) for demand in demands], ignore_index=True)
    files += _write_orders(rng, folder, lines, days)
    orders = lines.head(200).to_csv(index=False, lineterminator="\n")
    return SampleFiles((*files, write_duplicate(folder, files[-1]), *write_rejected_files(folder, orders)))


def _write_histories(rng: np.random.Generator, folder: Path, demand: SiteDemand, catalogue: Catalogue) -> list[SampleFile]:
    """Write one site's history, and a later file that corrects some of its rows."""
    rows = make_history_rows(demand, catalogue, len(demand.days) - ORDER_DAYS)
    site = demand.site.site_id
    site_faults = faults.list_history_faults(_last_day(demand.days))
    content = faults.insert_faults(rng, rows, site_faults, _REPEATS, overlong=True)
    corrections = _draw_corrections(rng, rows, _last_day(demand.days))
    # The newest updated_at wins in any order of files, so the corrected rows of the first file are the duplicates.
    history = _save(folder, "demand_history", f"history-{site}.csv.gz", content)
    history = replace(history, duplicates=history.duplicates + len(corrections))
    text = corrections.to_csv(index=False, lineterminator="\n")
    clean = faults.FaultyFile(text, len(corrections), Counter(), 0)
    return [history, _save(folder, "demand_history", f"corrections-{site}.csv", clean)]


def _draw_corrections(rng: np.random.Generator, rows: pd.DataFrame, last: date) -> pd.DataFrame:
    sample = rows.iloc[np.sort(rng.choice(len(rows), min(25, len(rows) // 4), replace=False))]
    quantity = (sample["quantity"].astype(int) + 1).astype(str)
    return sample.assign(quantity=quantity, updated_at=f"{last}T04:00:00+00:00")


def _write_orders(rng: np.random.Generator, folder: Path, lines: pd.DataFrame, days: Days) -> list[SampleFile]:
    """Write the order lines in two files of four weeks each."""
    middle = str(days[len(days) - ORDER_DAYS // 2])
    is_older = lines["order_ts"] < middle
    files = (("orders-1.csv", lines[is_older]), ("orders-2.csv", lines[~is_older]))
    order_faults = faults.list_order_faults(_last_day(days))
    return [_save(folder, "orders", name, faults.insert_faults(rng, part, order_faults, _REPEATS)) for name, part in files]


def _save(folder: Path, dataset: str, name: str, content: faults.FaultyFile) -> SampleFile:
    path = folder / name
    raw = content.text.encode()
    # Level 1 and no time stamp: fast, and the same bytes every time.
    path.write_bytes(gzip.compress(raw, compresslevel=1, mtime=0) if name.endswith(".gz") else raw)
    return SampleFile(
        path,
        f"{dataset_prefix(Zone.LANDING, dataset)}{name}",
        dataset,
        rows=content.rows,
        codes=content.codes,
        duplicates=content.duplicates,
    )


def _last_day(days: Days) -> date:
    return date.fromisoformat(str(days[-1]))
