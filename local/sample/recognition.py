"""Recognition of public data sets that an adapter converts, by their columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from local import state
from local.sample import online_retail


@dataclass(frozen=True)
class DatasetFile:
    """The result of an adapter, and its data set."""

    path: Path
    dataset: str


def adapt(path: Path, columns: Sequence[str], workspace: Path | None = None) -> DatasetFile | None:
    """Convert the raw Online Retail data set, in Parquet, into a file of orders; None for every other file.

    The same columns as CSV or in a workbook have values without types and need a mapping, as other files do.
    The adapter writes into `workspace` (default: the state folder). Raises DataError when the file cannot be read.
    """
    if path.suffix.casefold() != ".parquet" or not online_retail.is_online_retail(list(columns)):
        return None
    folder = workspace or state.home() / "adapted"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "online_retail.orders.parquet"
    online_retail.adapt(path, target)
    return DatasetFile(target, "orders")
