"""Which column of a file is which column of a contract: as the caller says, then by name, and by what the values could be."""

from __future__ import annotations

from collections.abc import Mapping

from cli.mapping.aliases import letters_of, likeness
from cli.mapping.assumptions import has_repeated_keys
from cli.mapping.choices import Choices
from cli.mapping.file_sample import ColumnSample, FileSample
from cli.mapping.value_forms import find_date_form, is_number
from contracts import datasets
from contracts.datasets import CodeList, Column, ColumnType, Contract, doubtful_units, unit_spellings

SKU = "sku_id"
SKU_BEGINNINGS = ("product", "item", "article", "artikel", "sku", "producto", "produkt", "prodotto")
"""Beginnings of names that are taken for the SKU where no column has one of its names, such as Product Group."""


def could_be(contract: Contract, targets: Mapping[str, str], sample: FileSample) -> bool:
    """Whether a file whose columns fit is of this data set: outside of demand, a file of many rows per key is another one."""
    return contract.dataset in datasets.list_demand_names() or not has_repeated_keys(contract, targets, sample)


def assign_columns(sample: FileSample, contract: Contract, choices: Choices) -> dict[str, str]:
    """Return file column -> contract column: as the caller says, then by name; of several candidates the one with the likeliest name.

    A candidate for a date must hold dates, for a number numbers.
    """
    targets = {name: choices.renames[name] for name in sample.names if choices.renames.get(name) in {c.name for c in contract.columns}}
    for column in contract.columns:
        if column.name in targets.values() or column.name in choices.constants:
            continue
        free = [candidate for candidate in sample.columns if candidate.name not in {*targets, *choices.renames}]
        if column.name in contract.sum_within:
            free = [candidate for candidate in free if _names_parts(candidate, column)]
        ranks = {c.name: rank for c in free if (rank := likeness(c.name, column.name)) is not None and _suits(c, column)}
        if not ranks and column.name == SKU:
            ranks = {c.name: 0 for c in free if _begins_like_sku(c)}
        if ranks:
            targets[min(ranks, key=lambda name: ranks[name])] = column.name
    return targets


def _names_parts(candidate: ColumnSample, column: Column) -> bool:
    """Whether every row states which part of a day it is; exports with the source in the first line of an order do not."""
    return candidate.name == column.name or len(candidate.written_texts) == len(candidate.texts)


def _suits(candidate: ColumnSample, column: Column) -> bool:
    texts = candidate.written_texts[:500]
    if not texts:
        return not column.required_column
    if column.type in (ColumnType.DATE, ColumnType.TIMESTAMP):
        return find_date_form(texts) is not None
    if column.type in (ColumnType.DECIMAL, ColumnType.INTEGER):
        return sum(map(is_number, texts)) >= len(texts) / 2
    if column.code_list is CodeList.UNITS:
        names = {*column.allowed, *doubtful_units(), *(each for spellings in unit_spellings().values() for each in spellings)}
        return any(text.strip().upper() in names for text in texts)
    if column.allowed:
        return any(text.strip().upper() in column.allowed for text in texts)
    return True


def _begins_like_sku(candidate: ColumnSample) -> bool:
    texts = candidate.written_texts
    return bool(texts) and letters_of(candidate.name).startswith(SKU_BEGINNINGS) and not is_number(texts[0])
