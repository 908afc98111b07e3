"""A proposal of how to read a file whose columns are not those of a contract: which column is which, and how its values are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cli.mapping.assignment import could_be
from cli.mapping.assumptions import adds_rows, inverts_sign
from cli.mapping.candidates import Candidate, find_candidate
from cli.mapping.choices import Choices
from cli.mapping.file_sample import ColumnSample, FileSample
from cli.mapping.shapes import describe_date_parts, describe_shape, describe_undated_columns
from cli.mapping.value_forms import DateForm, describe_date, describe_period, find_date_form, find_decimal_marks, is_number
from contracts import datasets
from contracts.datasets import CodeList, Column, ColumnType, Contract, doubtful_units
from local.errors import DataError
from runtime.services.ingestion.staging.header import plain_name, quantity_column
from runtime.services.ingestion.staging.layout import IGNORED, FileLayout

MOST_NAMES = 40
"""Names of columns in a message."""

MOST_SHEETS = 10
"""Names of sheets in a message."""


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
        name, _, unit = answer.partition("=")
        layout = {
            "date_format": lambda: replace(self.layout, date_format=answer),
            "decimal_mark": lambda: replace(self.layout, decimal_mark=answer),
            "units": lambda: replace(self.layout, units={**self.layout.units, name: unit}),
        }[question.field]()
        return replace(self, layout=layout, questions=tuple(other for other in self.questions if other != question))


def propose(sample: FileSample, choices: Choices, stem: str) -> Proposal:
    """Return how to read the file; `stem` (its name without the ending) names the SKU of a file that has one series only.

    Raises DataError listing what each data set misses when no data set fits.
    """
    names = [choices.dataset] if choices.dataset else list(datasets.list_names())
    candidates = {name: find_candidate(sample, datasets.load(name), choices, stem) for name in names}
    complete = [each for each in candidates.values() if not each.missing]
    fitting = [each for each in complete if choices.dataset or could_be(each.contract, each.columns, sample)]
    plain_stem = stem.casefold().replace("-", "_").replace(" ", "_")
    if not fitting:
        raise _no_dataset(sample, {name: each.missing for name, each in candidates.items()})
    demand_names = datasets.list_demand_names()
    best = max(fitting, key=lambda each: (each.contract.dataset in plain_stem, each.contract.dataset in demand_names, _count_columns(each)))
    return _propose_values(sample, best, choices)


def _count_columns(candidate: Candidate) -> int:
    return len(candidate.columns) + len(candidate.shape_columns)


def _propose_values(sample: FileSample, candidate: Candidate, choices: Choices) -> Proposal:
    contract, columns, shape = candidate.contract, candidate.columns, candidate.shape
    by_name = {column.name: column for column in sample.columns}
    targets = {column.name: column for column in contract.columns}
    dates = {
        name: find_date_form(by_name[name].written_texts)
        for name, target in columns.items()
        if targets[target].type in (ColumnType.DATE, ColumnType.TIMESTAMP)
    }
    number_columns = [*(name for name, target in columns.items() if targets[target].type is ColumnType.DECIMAL), *shape.cell_columns]
    numbers = [text for name in number_columns for text in by_name[name].written_texts]
    form = next((form for name, form in dates.items() if form and columns[name] == contract.business_date), None)
    marks = (choices.decimal_mark,) if choices.decimal_mark else find_decimal_marks(numbers)
    layout = FileLayout(
        separator=sample.separator if sample.separator != "," else None,
        encoding=sample.encoding,
        column_names=() if sample.has_header else tuple(name if name in columns else "" for name in sample.names),
        decimal_mark=marks[0],
        date_format=choices.date_format or shape.date_format or _stated_format(form, contract),
        adds_rows=adds_rows(contract, columns, sample, shape.date_columns, within_sheets=candidate.sheet_column is not None),
        inverts_sign=inverts_sign(contract, columns, sample),
        time_zone=choices.time_zone,
        units=dict(choices.units),
        sheets=choices.sheets,
        sheet_column=candidate.sheet_column,
        date_columns=shape.date_columns,
        header_column=shape.header_column,
        blank_cells=choices.blank_cells,
        renames={name: target for name, target in columns.items() if name != target} | _ignore(sample, candidate),
        constants=dict(candidate.constants),
    )
    assignments = (
        *(Assignment(name, target, _note(by_name[name], targets[target], layout, dates.get(name))) for name, target in columns.items()),
        *_shape_assignments(sample, candidate, layout),
        *(Assignment("", name, f"{value!r} in every row: the file has no such column") for name, value in candidate.constants.items()),
    )
    ignored_columns = tuple(name for name in sample.names if name and name not in columns and name not in shape.names)
    questions = _questions(form, marks, choices, sample, candidate, numbers)
    return Proposal(contract.dataset, layout, assignments, ignored_columns, tuple(questions))


def _stated_format(form: DateForm | None, contract: Contract) -> str | None:
    """Return the format that a layout states: none where the contract reads the dates as they are."""
    if form is None or contract.business_date is None:
        return None
    is_day = contract.column(contract.business_date).type is ColumnType.DATE
    return None if form.is_iso and not (form.has_offset and is_day) else form.date_format


def _shape_assignments(sample: FileSample, candidate: Candidate, layout: FileLayout) -> Iterator[Assignment]:
    """Yield a line for the columns that are days or series, one for the parts of the date, and one for the names of the sheets."""
    shape, day = candidate.shape, candidate.contract.business_date or ""
    if shape.cell_columns and shape.header_column:
        names = f"{shape.cell_columns[0]} ... {shape.cell_columns[-1]}"
        target = f"{shape.header_column}, {quantity_column(candidate.contract)}"
        yield Assignment(names, target, describe_shape(shape, sample, layout.blank_cells))
    if shape.date_columns:
        yield Assignment(" + ".join(shape.date_columns), day, describe_date_parts(shape, sample, adds_rows=layout.adds_rows))
    if candidate.sheet_column:
        yield Assignment("name of the sheet", candidate.sheet_column, ", ".join(name for name, _ in sample.sheets[:MOST_SHEETS]))


def _ignore(sample: FileSample, candidate: Candidate) -> dict[str, str]:
    """Return the renames of columns that the proposal ignores and the platform would read by their name, or as a series."""
    names = {plain_name(column.name) for column in candidate.contract.columns}
    shape = candidate.shape
    is_of_series = (bool(shape.cell_columns) and shape.date_format is None) or (bool(shape.cell_columns) and bool(shape.date_columns))
    free_names = [name for name in sample.names if name and name not in candidate.columns and name not in shape.names]
    return {name: IGNORED for name in free_names if is_of_series or plain_name(name) in names}


def _questions(
    form: DateForm | None, marks: Sequence[str], choices: Choices, sample: FileSample, candidate: Candidate, numbers: Sequence[str]
) -> Iterator[OpenQuestion]:
    contract, shape = candidate.contract, candidate.shape
    if shape.other_formats and shape.date_format and not choices.date_format:
        text = f"how is the column {shape.cell_columns[0]!r} to be read?"
        yield OpenQuestion("date_format", text, (shape.date_format, *shape.other_formats))
    if form and form.other_formats and not choices.date_format:
        name = next(name for name, target in candidate.columns.items() if target == contract.business_date)
        example = next(column for column in sample.columns if column.name == name).written_texts[0]
        yield OpenQuestion("date_format", f"{name}: how is {example!r} to be read?", (form.date_format, *form.other_formats))
    if len(marks) > 1:
        example = next(text for text in numbers if "," in text and is_number(text))
        yield OpenQuestion("decimal_mark", f"which is the decimal mark of numbers such as {example!r}?", tuple(marks))
    yield from _unit_questions(choices, {column.name: column for column in sample.columns}, candidate.columns, contract)


def _unit_questions(
    choices: Choices, by_name: Mapping[str, ColumnSample], columns: Mapping[str, str], contract: Contract
) -> Iterator[OpenQuestion]:
    """Yield a question for every code that the standard has for another unit than other systems."""
    names = [name for name, target in columns.items() if contract.column(target).code_list is CodeList.UNITS]
    stated_units = {name.strip().upper() for name in choices.units}
    codes = {text.strip().upper() for name in names for text in by_name[name].written_texts}
    for code in sorted((codes & doubtful_units().keys()) - stated_units):
        unit, meaning = doubtful_units()[code]
        standard = f", which is {meaning} in UN/CEFACT Recommendations 20 and 21" if meaning else ""
        yield OpenQuestion("units", f"{names[0]}: which unit is {code!r}{standard}?", (f"{code}={unit}",))


def _note(sample: ColumnSample, column: Column, layout: FileLayout, form: DateForm | None) -> str:
    """Describe the values of one column and how they are read."""
    texts = sample.written_texts
    if column.type is ColumnType.DATE and form:
        parts = "; the rows of a day are added" if form.has_time or layout.adds_rows else ""
        offset = "; the day is the one that is written, whatever the offset from UTC behind it" if form.has_offset else ""
        period = describe_period(layout.date_format or form.date_format)
        spacing = f"; a row every {form.days_apart} days counts on its own day" if form.days_apart > 1 else ""
        spacing = f"; a {period} counts on its first day" if period != "day" else spacing
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
    if undated_columns := describe_undated_columns(sample):
        return DataError(f"{undated_columns}, and drop the file again.")
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
