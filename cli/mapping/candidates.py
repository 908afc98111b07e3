"""How the lines of a file could be the rows of one data set: its columns, its shape, and the values that it does not state."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cli.mapping.assignment import assign_columns
from cli.mapping.assumptions import SITE, SKU, assume_constants
from cli.mapping.choices import Choices
from cli.mapping.file_sample import FileSample
from cli.mapping.shapes import FileShape, find_date_parts, find_day_header, find_series_header, holds_numbers
from contracts.datasets import ColumnType, Contract
from runtime.services.ingestion.staging.header import quantity_column

NO_SHAPE = FileShape()
_MONTH = r"(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?)"
_PROGRAM_NAME = r"^(sheet|tabelle|feuil|hoja|foglio|blad|arkusz|data|q|kw|w|week)[ _-]*\d*$"
_GENERAL_NAMES = re.compile(rf"\d{{4}}|{_PROGRAM_NAME}|\b{_MONTH}\b", re.IGNORECASE)
"""Names of sheets that say nothing of a site or a SKU: periods, and those that programs give."""


@dataclass(frozen=True)
class Candidate:
    """One reading of a file. columns: column of the file -> column of the contract; sheet_column: what the name of the sheet is."""

    contract: Contract
    columns: Mapping[str, str]
    shape: FileShape = NO_SHAPE
    sheet_column: str | None = None
    constants: Mapping[str, str] = field(default_factory=dict)

    @property
    def shape_columns(self) -> set[str]:
        """The columns of the contract that the shape and the sheets give."""
        names: set[str | None] = {self.sheet_column}
        if self.shape.cell_columns:
            names |= {self.shape.header_column, quantity_column(self.contract)}
        if self.shape.date_columns:
            names.add(self.contract.business_date)
        return {name for name in names if name}

    @property
    def missing(self) -> list[str]:
        """The required columns that nothing gives."""
        given_columns = {*self.columns.values(), *self.constants, *self.shape_columns}
        return [column.name for column in self.contract.columns if column.required_column and column.name not in given_columns]


def find_candidate(sample: FileSample, contract: Contract, choices: Choices, stem: str) -> Candidate:
    """Return how the file could be read as rows of a data set; `stem` names the SKU of a file that has one series only."""
    candidate = _name_only_number(sample, _find_shape(sample, contract, choices), choices)
    shape = candidate.shape
    flat_sample = sample.without(shape.cell_columns) if shape.cell_columns else sample
    candidate = _name_only_text(candidate, flat_sample)
    candidate = replace(candidate, sheet_column=_find_sheet_column(candidate, sample, choices))
    stated_constants = {name: value for name, value in choices.constants.items() if name in {column.name for column in contract.columns}}
    constants = assume_constants(contract, candidate.columns, flat_sample, stem, candidate.shape_columns, shape.date_columns)
    constants |= stated_constants
    return replace(candidate, constants=constants)


def _find_shape(sample: FileSample, contract: Contract, choices: Choices) -> Candidate:
    plain = Candidate(contract, assign_columns(sample, contract, choices))
    day, quantity = contract.business_date, quantity_column(contract)
    stated_columns = {*choices.renames.values(), *choices.constants}
    if quantity is None or day is None or contract.column(day).type is not ColumnType.DATE or {day, quantity} <= stated_columns:
        return plain
    if day not in stated_columns and (shape := find_day_header(sample, day, choices.date_format)):
        return Candidate(contract, assign_columns(sample.without(shape.names), contract, choices), shape)
    if day not in {*plain.columns.values(), *stated_columns}:
        free_columns = [name for name in sample.names if name not in plain.columns]
        shape = find_date_parts(sample, free_columns) or NO_SHAPE
        plain = Candidate(contract, assign_columns(sample.without(shape.names), contract, choices), shape)
    has_day = bool(plain.shape.date_columns) or day in plain.columns.values()
    column = next((name for name in (SKU, SITE) if name not in {*plain.columns.values(), *stated_columns}), None)
    if not has_day or column is None or quantity in {*plain.columns.values(), *stated_columns}:
        return plain
    series = find_series_header(sample, {*plain.columns, *plain.shape.names, *choices.renames}, column)
    if series is None:
        return plain
    return replace(plain, shape=replace(plain.shape, header_column=column, cell_columns=series.cell_columns))


def _name_only_text(candidate: Candidate, sample: FileSample) -> Candidate:
    """Return the candidate with the only column beside the days as the SKU, whatever its name is, such as that of an index."""
    free_columns = [column.name for column in sample.columns if column.name not in candidate.columns and column.written_texts]
    is_of_days = candidate.shape.header_column == candidate.contract.business_date and candidate.shape.cell_columns
    if is_of_days and SKU not in candidate.columns.values() and len(free_columns) == 1:
        return replace(candidate, columns={**candidate.columns, free_columns[0]: SKU})
    return candidate


def _name_only_number(sample: FileSample, candidate: Candidate, choices: Choices) -> Candidate:
    """Return the candidate with the only column of numbers as the quantity, whatever its name is, where nothing else could be it."""
    quantity, taken_columns = quantity_column(candidate.contract), {*candidate.columns, *candidate.shape.names, *choices.renames}
    free = [column for column in sample.columns if column.name not in taken_columns and column.written_texts]
    is_known = quantity in {*candidate.columns.values(), *candidate.shape_columns, *choices.renames.values(), *choices.constants}
    has_others = not set(candidate.columns.values()) <= set(candidate.contract.key)
    if quantity is None or is_known or has_others or len(free) != 1 or not holds_numbers(free):
        return candidate
    return replace(candidate, columns={**candidate.columns, free[0].name: quantity})


def _find_sheet_column(candidate: Candidate, sample: FileSample, choices: Choices) -> str | None:
    """Return what the names of the sheets are, where rows of different sheets would else have one key: the site, or the SKU."""
    stated_columns = {*candidate.columns.values(), *candidate.shape_columns, *choices.constants, *choices.renames.values()}
    column = next((name for name in (SITE, SKU) if name in candidate.contract.key and name not in stated_columns), None)
    names = [name for name, _ in sample.sheets]
    if column is None or not candidate.contract.carries_demand or len(names) < 2 or any(map(_GENERAL_NAMES.search, names)):
        return None
    key_columns = [name for name, target in candidate.columns.items() if target in candidate.contract.key]
    return column if sample.repeats_across_sheets([*key_columns, *candidate.shape.date_columns]) else None
