"""A proposal of how to read a file whose columns are not those of a contract: which column is which, and how its values are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from cli.mapping.aliases import likeness
from cli.mapping.assumptions import adds_rows, assume_constants, has_repeated_keys, inverts_sign
from cli.mapping.file_sample import ColumnSample, FileSample
from cli.mapping.value_forms import DateForm, describe_date, find_date_form, find_decimal_marks, is_number
from contracts import datasets
from contracts.datasets import Column, ColumnType, Contract
from local.errors import DataError
from runtime.services.ingestion.staging.header import plain_name
from runtime.services.ingestion.staging.layout import IGNORED, FileLayout

MOST_NAMES = 40
"""Names of columns in a message."""


@dataclass(frozen=True)
class Choices:
    """What the caller has decided already; everything else is proposed."""

    dataset: str | None = None
    renames: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    date_format: str | None = None
    decimal_mark: str | None = None
    column_names: tuple[str, ...] = ()
    """Of a file without a header, in the order of its columns."""


@dataclass(frozen=True)
class Assignment:
    """One line of a proposal: a column of the file, the contract's column that it becomes, and how its values are read."""

    source: str
    target: str
    note: str = ""


@dataclass(frozen=True)
class OpenQuestion:
    """A reading that the file does not settle: the field of the layout, the question, and the possible answers, the likelier first."""

    field: str
    text: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """How a file could be read. `questions` must be answered before it can be."""

    dataset: str
    layout: FileLayout
    assignments: tuple[Assignment, ...]
    ignored_columns: tuple[str, ...]
    questions: tuple[OpenQuestion, ...] = ()

    def answer(self, question: OpenQuestion, answer: str) -> Proposal:
        """Return the proposal with one question settled."""
        is_date = question.field == "date_format"
        layout = replace(self.layout, date_format=answer) if is_date else replace(self.layout, decimal_mark=answer)
        return replace(self, layout=layout, questions=tuple(other for other in self.questions if other != question))


def propose(sample: FileSample, choices: Choices, stem: str) -> Proposal:
    """Return how to read the file; `stem` (its name without the ending) names the SKU of a file that has one series only.

    Raises DataError listing what each data set misses when no data set fits.
    """
    names = [choices.dataset] if choices.dataset else list(datasets.list_names())
    columns = {name: _assign(sample, datasets.load(name), choices) for name in names}
    constants = {name: _constants(datasets.load(name), columns[name], choices, sample, stem) for name in names}
    missing = {
        name: [
            c.name for c in datasets.load(name).columns if c.required_column and c.name not in {*columns[name].values(), *constants[name]}
        ]
        for name in names
    }
    fitting = [name for name in names if not missing[name] and (choices.dataset or _could_be(datasets.load(name), columns[name], sample))]
    plain_stem = stem.casefold().replace("-", "_").replace(" ", "_")
    if not fitting:
        raise _no_dataset(sample, missing)
    dataset = max(fitting, key=lambda name: (name in plain_stem, name in datasets.list_demand_names(), len(columns[name])))
    return _propose_values(sample, datasets.load(dataset), columns[dataset], constants[dataset], choices)


def _could_be(contract: Contract, targets: Mapping[str, str], sample: FileSample) -> bool:
    """Whether a file whose columns fit is of this data set: outside of demand, a file of many rows per key is another one."""
    return contract.dataset in datasets.list_demand_names() or not has_repeated_keys(contract, targets, sample)


def _assign(sample: FileSample, contract: Contract, choices: Choices) -> dict[str, str]:
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
    if column.allowed:
        return any(text.strip().upper() in column.allowed for text in texts)
    return True


def _constants(contract: Contract, targets: Mapping[str, str], choices: Choices, sample: FileSample, stem: str) -> dict[str, str]:
    """Return the values of columns that the file does not have: those that the caller states, then those that can be assumed."""
    constants = {name: value for name, value in choices.constants.items() if name in {column.name for column in contract.columns}}
    return assume_constants(contract, targets, sample, stem) | constants


def _propose_values(
    sample: FileSample, contract: Contract, columns: Mapping[str, str], constants: Mapping[str, str], choices: Choices
) -> Proposal:
    by_name = {column.name: column for column in sample.columns}
    targets = {column.name: column for column in contract.columns}
    dates = {
        name: find_date_form(by_name[name].written_texts) for name, target in columns.items() if targets[target].type is ColumnType.DATE
    }
    numbers = [
        text for name, target in columns.items() if targets[target].type is ColumnType.DECIMAL for text in by_name[name].written_texts
    ]
    form = next((form for name, form in dates.items() if form and columns[name] == contract.business_date), None)
    marks = (choices.decimal_mark,) if choices.decimal_mark else find_decimal_marks(numbers)
    layout = FileLayout(
        separator=sample.separator if sample.separator != "," else None,
        encoding=sample.encoding,
        column_names=() if sample.has_header else tuple(name if name in columns else "" for name in sample.names),
        decimal_mark=marks[0],
        date_format=choices.date_format or (form.date_format if form and not (form.is_iso and not form.has_offset) else None),
        adds_rows=adds_rows(contract, columns, sample),
        inverts_sign=inverts_sign(contract, columns, sample),
        renames={name: target for name, target in columns.items() if name != target} | _ignore(sample, contract, columns),
        constants=dict(constants),
    )
    assignments = (
        *(Assignment(name, target, _note(by_name[name], targets[target], layout, dates.get(name))) for name, target in columns.items()),
        *(Assignment("", name, f"{value!r} in every row: the file has no such column") for name, value in constants.items()),
    )
    ignored_columns = tuple(name for name in sample.names if name and name not in columns)
    return Proposal(
        contract.dataset, layout, assignments, ignored_columns, tuple(_questions(form, marks, choices, by_name, columns, contract))
    )


def _ignore(sample: FileSample, contract: Contract, columns: Mapping[str, str]) -> dict[str, str]:
    """Return the renames of columns that the proposal ignores and the platform would read by their name."""
    names = {plain_name(column.name) for column in contract.columns}
    return {name: IGNORED for name in sample.names if name not in columns and plain_name(name) in names}


def _questions(
    form: DateForm | None,
    marks: Sequence[str],
    choices: Choices,
    by_name: Mapping[str, ColumnSample],
    columns: Mapping[str, str],
    contract: Contract,
) -> list[OpenQuestion]:
    questions = []
    if form and form.other_formats and not choices.date_format:
        name = next(name for name, target in columns.items() if target == contract.business_date)
        example = by_name[name].written_texts[0]
        questions.append(OpenQuestion("date_format", f"{name}: how is {example!r} to be read?", (form.date_format, *form.other_formats)))
    if len(marks) > 1:
        example = next(text for name in columns for text in by_name[name].written_texts if "," in text and is_number(text))
        questions.append(OpenQuestion("decimal_mark", f"which is the decimal mark of numbers such as {example!r}?", tuple(marks)))
    return questions


def _note(sample: ColumnSample, column: Column, layout: FileLayout, form: DateForm | None) -> str:
    """Describe the values of one column and how they are read."""
    texts = sample.written_texts
    if column.type is ColumnType.DATE and form:
        parts = "; the rows of a day are added" if form.has_time or layout.adds_rows else ""
        offset = "; the day is the one that is written, whatever the offset from UTC behind it" if form.has_offset else ""
        spacing = f"; a row every {form.days_apart} days counts on its own day" if form.days_apart > 1 else ""
        return f"{texts[0]} is {describe_date(texts[0], layout.date_format or form.date_format)}{parts}{offset}{spacing}"
    if column.type in (ColumnType.DECIMAL, ColumnType.INTEGER):
        numbers = f"decimal mark {layout.decimal_mark!r}" if any("," in text or "." in text for text in texts) else "whole numbers"
        is_inverted = layout.inverts_sign and not column.nullable
        return f"{numbers}; {texts[0]} is what leaves the site: the sign is inverted" if is_inverted else numbers
    examples = ", ".join(text[:30] for text in texts[:3])
    return f"{len(texts):,} different: {examples}" + (", ..." if len(texts) > 3 else "")


def _no_dataset(sample: FileSample, missing: Mapping[str, Sequence[str]]) -> DataError:
    """Return what is missing for the two nearest data sets, and how to state it; of equally near ones, demand is the likeliest."""
    demand = datasets.list_demand_names()[0]
    gaps = {name: columns for name, columns in missing.items() if columns}
    nearest = sorted(gaps, key=lambda name: len(gaps[name]) - 0.5 * (name == demand))[:2]
    needs = " (or for ".join(f"{', '.join(gaps[name])} of {name}" for name in nearest) + ")" * (len(nearest) - 1)
    columns = ", ".join(_shown_column(column, has_header=sample.has_header) for column in sample.columns[:MOST_NAMES]) or "no columns"
    more = f" and {len(sample.columns) - MOST_NAMES:,} more" if len(sample.columns) > MOST_NAMES else ""
    first = gaps[nearest[0]][0]
    return DataError(
        f"no column could be taken for {needs}, the nearest data sets; the file has {columns}{more}. "
        f"State it with --map 'COLUMN={first}', or one value for every row with --constant {first}=VALUE, "
        f"or name the data set with --dataset: {', '.join(datasets.list_names())}."
    )


def _shown_column(column: ColumnSample, *, has_header: bool) -> str:
    example = next(iter(column.written_texts), "")[:20]
    return column.name if has_header else f"{column.name} ({example})"


def fits_as_it_is(sample: FileSample, contract: Contract) -> bool:
    """Whether the contract reads the file without a mapping: every required column under its own name, in UTF-8, with a header.

    At least half of the columns must be the contract's: a file of sales has the two columns that sku_master requires, too.
    """
    names = [plain_name(name) for name in sample.names]
    has_columns = all(plain_name(column.name) in names for column in contract.columns if column.required_column)
    shared_count = sum(plain_name(column.name) in names for column in contract.columns)
    return has_columns and 2 * shared_count >= len(names) and sample.has_header and sample.encoding is None
