"""What a file does not state, and what its values suggest: the unit, the site, rows that are parts of a total, signs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from cli.mapping.file_sample import FileSample
from cli.mapping.value_forms import is_negative, is_number
from contracts import datasets
from contracts.datasets import ColumnType, Contract
from runtime.services.ingestion.staging.header import quantity_column

SITE, SKU, UNIT, CURRENCY = "site_id", "sku_id", "uom", "currency"
EACH = "EA"
ONLY_SITE = "MAIN"
"""The site of a file that names none."""

EVERY_SKU = "ALL"
"""The SKU of a file with one row per site and day, which is about everything that the site sells."""

MOSTLY = 0.9
"""Share of the quantities that must be negative before their sign is taken for the direction of a movement."""


def assume_constants(
    contract: Contract,
    targets: Mapping[str, str],
    sample: FileSample,
    stem: str,
    shape_columns: Collection[str] = (),
    date_columns: Sequence[str] = (),
) -> dict[str, str]:
    """Return the values of required columns that the file lacks and that can be assumed: they are shown before anything is read.

    targets: column of the file -> column of the contract. shape_columns: columns of the contract that the shape of the file gives; the
    sample is then without its cells. date_columns: the parts of the date. stem: names the SKU of a file of one series.
    """
    columns = {column.name for column in contract.columns if column.required_column} - {*targets.values(), *shape_columns}
    suggestions: dict[str, str] = {}
    if contract.dataset in datasets.list_demand_names():
        suggestions = {UNIT: EACH, SITE: ONLY_SITE}
        gives_day, gives_quantity = contract.business_date in shape_columns, quantity_column(contract) in shape_columns
        others = len(sample.columns) - len(date_columns) + gives_day + gives_quantity
        if others == 2 and (not gives_quantity or len(sample.rows) == 1):
            suggestions[SKU] = stem
        elif {SITE, SKU} <= set(contract.key) and contract.business_date in {*targets.values(), *shape_columns}:
            # One row for each day, and site if there is one, is about everything that is sold.
            suggestions |= {} if has_repeated_keys(contract, targets, sample, date_columns) else {SKU: EVERY_SKU}
    elif SKU in contract.key and len(targets) > 1 and list_key_columns(contract, targets) == [SKU]:
        suggestions = {UNIT: EACH}
    return {name: text for name, text in suggestions.items() if name in columns}


def list_key_columns(contract: Contract, targets: Mapping[str, str]) -> list[str]:
    """Return the columns of the contract's key that the file has."""
    return [name for name in contract.key if name in targets.values()]


def has_repeated_keys(contract: Contract, targets: Mapping[str, str], sample: FileSample, date_columns: Sequence[str] = ()) -> bool:
    """Return whether two rows of the file have the same key."""
    return sample.has_repeats([*(name for name, target in targets.items() if target in contract.key), *date_columns])


def adds_rows(
    contract: Contract,
    targets: Mapping[str, str],
    sample: FileSample,
    date_columns: Sequence[str] = (),
    *,
    within_sheets: bool = False,
) -> bool:
    """Return whether several rows have one key, and nothing in them states which part of a total each is."""
    part = contract.part_column
    if part is None or part.name in targets.values():
        return False
    key_columns = [name for name, target in targets.items() if target in contract.key]
    return sample.has_repeats([*key_columns, *date_columns], within_sheets=within_sheets)


def inverts_sign(contract: Contract, targets: Mapping[str, str], sample: FileSample) -> bool:
    """Return whether the quantities are written as what leaves a site: nearly all of them negative."""
    quantities = {
        column.name
        for column in contract.columns
        if column.type is ColumnType.DECIMAL and column.unit_column and not column.nullable and column.minimum == 0
    }
    places = [place for place, name in enumerate(sample.names) if targets.get(name) in quantities]
    texts = [row[place] for row in sample.rows for place in places if place < len(row)]
    amounts = [text for text in texts if is_number(text) and any(digit in text for digit in "123456789")]
    return bool(amounts) and sum(map(is_negative, amounts)) >= MOSTLY * len(amounts)
