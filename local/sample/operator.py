"""A fictitious operator's two years, as the files it would send: seeded, so that the same call writes the same bytes."""

import gzip
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from local.sample import dirt
from local.sample.calendar import SITES, Days, days_until
from local.sample.catalogue import Catalogue, make_catalogue
from local.sample.demand import SiteDemand, make_demand
from local.sample.files import SampleFile, SampleFiles
from local.sample.history import history_rows
from local.sample.orders import order_lines
from local.sample.rejects import rejects, repeat

SKUS = 300
ORDER_DAYS = 56
_REPEATS = 12


def write(folder: Path, seed: int = 7, until: date | None = None, scale: float = 1.0) -> SampleFiles:
    """Write the operator's files into folder and say what must become of each.

    Daily demand up to eight weeks before `until` comes as demand_history (one file per site), the last eight weeks as orders.
    until is the last day with data (default: yesterday); scale multiplies the 300 SKUs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    days = days_until(until or datetime.now(tz=UTC).date() - timedelta(days=1))
    rng = np.random.default_rng(seed)
    catalogue = make_catalogue(rng, round(SKUS * scale))
    demands = [make_demand(rng, site, days, catalogue) for site in SITES]
    accepted = [file for demand in demands for file in _histories(rng, folder, demand, catalogue)]
    lines = pd.concat([order_lines(rng, demand, catalogue, ORDER_DAYS) for demand in demands], ignore_index=True)
    accepted += _orders(rng, folder, lines, days)
    good = lines.head(200).to_csv(index=False, lineterminator="\n")
    return SampleFiles((*accepted, repeat(folder, accepted[-1]), *rejects(folder, good)))


def _histories(rng: np.random.Generator, folder: Path, demand: SiteDemand, catalogue: Catalogue) -> list[SampleFile]:
    """Write one site's history, and a later file that corrects some of its rows."""
    rows = history_rows(demand, catalogue, len(demand.days) - ORDER_DAYS)
    site = demand.site.site_id
    faults = dirt.history_faults(_last(demand.days))
    dirtied = dirt.dirty(rng, rows, faults, _REPEATS, overlong=True)
    corrections = _corrections(rng, rows, _last(demand.days))
    # The newer updated_at wins wherever it stands, so the corrected rows of the first file are the duplicates.
    history = _save(folder, "demand_history", f"history-{site}.csv.gz", dirtied)
    history = replace(history, duplicates=history.duplicates + len(corrections))
    text = corrections.to_csv(index=False, lineterminator="\n")
    clean = dirt.Dirtied(text, len(corrections), Counter(), 0)
    return [history, _save(folder, "demand_history", f"corrections-{site}.csv", clean)]


def _corrections(rng: np.random.Generator, rows: pd.DataFrame, last: date) -> pd.DataFrame:
    some = rows.iloc[np.sort(rng.choice(len(rows), min(25, len(rows) // 4), replace=False))]
    more = (some["quantity"].astype(int) + 1).astype(str)
    return some.assign(quantity=more, updated_at=f"{last}T04:00:00+00:00")


def _orders(rng: np.random.Generator, folder: Path, lines: pd.DataFrame, days: Days) -> list[SampleFile]:
    """Write the order lines in two files of four weeks each."""
    middle = str(days[len(days) - ORDER_DAYS // 2])
    older = lines["order_ts"] < middle
    files = (("orders-1.csv", lines[older]), ("orders-2.csv", lines[~older]))
    faults = dirt.order_faults(_last(days))
    return [_save(folder, "orders", name, dirt.dirty(rng, part, faults, _REPEATS)) for name, part in files]


def _save(folder: Path, dataset: str, name: str, content: dirt.Dirtied) -> SampleFile:
    path = folder / name
    raw = content.text.encode()
    # Level 1 and no time stamp: quick, and the same bytes every time.
    path.write_bytes(gzip.compress(raw, compresslevel=1, mtime=0) if name.endswith(".gz") else raw)
    return SampleFile(path, f"landing/{dataset}/v1/{name}", dataset, rows=content.rows, codes=content.codes, duplicates=content.duplicates)


def _last(days: Days) -> date:
    return date.fromisoformat(str(days[-1]))
