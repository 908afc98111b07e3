"""Decide how a file is read: as it is, as a mapping beside it states, or as a proposal states that somebody has confirmed."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.markup import escape
from rich.prompt import Confirm, Prompt
from rich.table import Table

from cli.console import err
from cli.mapping.choices import Choices
from cli.mapping.file_sample import FileSample
from cli.mapping.hints import suggest_options
from cli.mapping.proposal import OpenQuestion, Proposal, fits_as_it_is, propose
from cli.mapping.workbook_sample import select_sheets
from contracts import datasets
from contracts.bad_rows import ADDED_COLUMNS, LINE_COLUMN
from local.errors import DataError
from runtime.services.ingestion.mappings import dataset_of, parse_layout, render_layout
from runtime.services.ingestion.staging.amazon_forecast import DATASET as TARGET_SERIES
from runtime.services.ingestion.staging.amazon_forecast import SAMPLE_LINES, recognise_target_series
from runtime.services.ingestion.staging.formats import FileFormat, named_format
from runtime.services.ingestion.staging.layout import FileLayout, LayoutError

MAPPING_ENDING = ".mapping.toml"
RECOGNISED_FORMATS = (FileFormat.CSV, FileFormat.CSV_GZ, FileFormat.PARQUET)
"""The formats in which the platform recognises a target time series of Amazon Forecast; in others it needs a mapping."""

OPTIONS = {"date_format": "--date-format", "decimal_mark": "--decimal-mark", "units": "--unit"}
"""The option of the command line that settles a question in advance."""


@dataclass(frozen=True)
class FileReading:
    """How a file is read. `source` and `mapping` are set where it is not in the form of its contract."""

    dataset: str
    source: str | None = None
    mapping: Path | None = None


@dataclass(frozen=True)
class Conversation:
    """How questions are answered: `confirm` is asked once for each file, `choose` for each open question.

    `accepts_all`: proposals are taken as they are, and an open question is an error.
    """

    accepts_all: bool = False
    is_interactive: bool = False
    confirm: Callable[[str], bool] = lambda text: Confirm.ask(text, default=True, console=err)
    choose: Callable[[str, Sequence[str]], str] = lambda text, options: Prompt.ask(text, choices=list(options), console=err)


def decide_reading(
    path: Path, sample: FileSample, choices: Choices, conversation: Conversation, mapping: Path | None = None
) -> FileReading:
    """Return how to read a file; a confirmed proposal is written beside it as <source>.mapping.toml, and used again for the next file.

    Raises DataError when the file fits no data set, when nobody confirmed the proposal, or when a question is open.
    """
    source = source_name(path)
    stated_mapping = mapping or _remembered_mapping(path, source, sample)
    if stated_mapping and not (choices.renames or choices.constants or choices.column_names):
        return _read_as_stated(path, stated_mapping, source, choices)
    if not _has_decisions(choices) and (dataset := _find_dataset(path, sample, choices.dataset)):
        for hint in suggest_options(sample, datasets.load(dataset)):
            err.print(f"  [yellow]{escape(hint)}[/]")
        if LINE_COLUMN in sample.names:
            text = f"{path.name} mends rows of another file; dropped, it leaves these open: ./signify quarantine replay {path.name}"
            err.print(f"  [yellow]{escape(text)}[/]")
        return FileReading(dataset)
    sample = sample.with_names(choices.column_names) if choices.column_names else sample
    proposal = propose(sample, choices, path.name.split(".")[0])
    err.print(render_proposal(path.name, sample, proposal))
    proposal = replace(proposal, layout=_settle_sheets(path, sample, proposal))
    document = path.with_name(f"{source}{MAPPING_ENDING}")
    proposal = _settle(path.name, proposal, conversation, document)
    document.write_text(render_layout(proposal.dataset, proposal.layout), encoding="utf-8")
    err.print(f"  [dim]written to {escape(str(document))}; files whose name starts with {source} are read like this from now on[/]")
    return FileReading(proposal.dataset, source, document)


def source_name(path: Path) -> str:
    """Return the name of the source of a file: its name without ending, dates and numbers.

    >>> source_name(Path("ERP Export 2026-11-28 (3).xlsx"))
    'erp-export'
    """
    name = path.name.casefold()
    stem = next((name.removesuffix(ending) for ending in FileFormat if name.endswith(ending)), name)
    stem = re.sub(r"\.bad-rows(-\d+)?$", "", stem)
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    words = [word for word in re.split(r"[^a-z0-9]+", plain) if word and not re.fullmatch(r"[wvq]?\d+", word)]
    return "-".join(words)[:60] or "file"


def render_proposal(name: str, sample: FileSample, proposal: Proposal) -> Table:
    """Return the proposal as a table, a line for each column of the file."""
    rows = f"{len(sample.rows):,} rows" if sample.is_whole else f"more than {len(sample.rows) // 1000 * 1000:,} rows"
    form = [rows, *(f"separated by {mark!r}" for mark in [proposal.layout.separator] if mark), *filter(None, [proposal.layout.encoding])]
    table = Table(title=f"{escape(name)}: {', '.join(form)}, proposed as {proposal.dataset}", title_justify="left")
    for heading in ("in the file", "becomes", "values"):
        table.add_column(heading, overflow="fold")
    for line in proposal.assignments:
        table.add_row(escape(line.source) or "[dim]-[/]", line.target, escape(line.note))
    for column in proposal.ignored_columns:
        table.add_row(escape(column), "[dim]ignored[/]", "")
    return table


def _settle(name: str, proposal: Proposal, conversation: Conversation, document: Path) -> Proposal:
    """Return the proposal with every question answered, once somebody has agreed to it."""
    if not conversation.is_interactive or conversation.accepts_all:
        for question in proposal.questions:
            raise DataError(f"{name}: {question.text} State it with {_describe_options(question)}.")
    if conversation.accepts_all:
        return proposal
    if not conversation.is_interactive:
        raise DataError(f"{name} is not in the form of {proposal.dataset}; to read it as proposed above, run the command again with --yes")
    for question in proposal.questions:
        proposal = proposal.answer(question, conversation.choose(question.text, question.options))
    if not conversation.confirm("Read it this way?"):
        raise DataError(f"{name} was not uploaded. State columns with --map 'COLUMN=contract_column', or write {document.name} yourself.")
    return proposal


def _settle_sheets(path: Path, sample: FileSample, proposal: Proposal) -> FileLayout:
    """Return the layout of a proposal with the sheets that it was made from, where the platform would read others by itself."""
    if named_format(path.name) is not FileFormat.XLSX:
        return proposal.layout
    names = tuple(name for name, _ in sample.sheets)
    selection = select_sheets(path, datasets.load(proposal.dataset), proposal.layout)
    layout = proposal.layout
    if names != tuple(table.sheet.name for table in selection.tables) and not layout.sheets:
        layout = replace(layout, sheets=names)
    _print_sheets(path, proposal.dataset, layout)
    return layout


def _print_sheets(path: Path, dataset: str, layout: FileLayout) -> None:
    """Print which sheets of a workbook are read, and which are left out with the reason."""
    if named_format(path.name) is FileFormat.XLSX:
        for line in select_sheets(path, datasets.load(dataset), layout).warnings:
            err.print(f"  {escape(line)}")


def _describe_options(question: OpenQuestion) -> str:
    return " or ".join(f"{OPTIONS[question.field]} '{option}'" for option in question.options)


def _has_decisions(choices: Choices) -> bool:
    return choices != Choices(dataset=choices.dataset)


def _find_dataset(path: Path, sample: FileSample, dataset: str | None) -> str | None:
    """Return the data set whose contract reads the file as it is: the named one, or that with the most required columns."""
    if dataset in (None, TARGET_SERIES) and named_format(path.name) in RECOGNISED_FORMATS and _is_target_series(sample):
        return TARGET_SERIES
    contracts = [datasets.load(name) for name in ([dataset] if dataset else datasets.list_names())]
    fitting = [contract for contract in contracts if fits_as_it_is(sample, contract)]
    best = max(fitting, key=lambda contract: sum(column.required_column for column in contract.columns), default=None)
    return best.dataset if best else None


def _is_target_series(sample: FileSample) -> bool:
    """Whether the platform recognises the file as a target time series of Amazon Forecast, which needs no mapping."""
    header = [sample.names] if sample.has_header else []
    lines = [",".join(row) for row in [*header, *sample.rows[:SAMPLE_LINES]]]
    is_plain = sample.separator in (None, ",") and sample.encoding is None
    return is_plain and recognise_target_series(lines[:SAMPLE_LINES], datasets.load(TARGET_SERIES)) is not None


def _remembered_mapping(path: Path, source: str, sample: FileSample) -> Path | None:
    """Return the mapping beside the file, unless the file no longer has the columns that it names.

    Bad rows of a file without a header are written with one, in the form of the contract: its mapping is not for them.
    """
    document = path.with_name(f"{source}{MAPPING_ENDING}")
    if not document.is_file():
        return None
    layout = _parse(document)[1]
    if not layout.has_header or layout.reshapes_rows:
        is_of_bad_rows = set(ADDED_COLUMNS) <= set(sample.names)
        return None if is_of_bad_rows or not {*layout.renames, *layout.date_columns} <= {"", *sample.names} else document
    return document if layout.renames.keys() <= set(sample.names) else None


def _read_as_stated(path: Path, mapping: Path, source: str, choices: Choices) -> FileReading:
    dataset, layout = _parse(mapping)
    dataset = choices.dataset or dataset
    if dataset is None:
        raise DataError(f'{mapping}: it names no data set; add a line such as dataset = "demand_history"')
    try:
        layout.check_columns(datasets.load(dataset))
    except (LayoutError, datasets.UnknownDataset) as error:
        raise DataError(f"{mapping}: {error}") from None
    stated_layout = replace(
        layout,
        date_format=choices.date_format or layout.date_format,
        decimal_mark=choices.decimal_mark or layout.decimal_mark,
        sheets=choices.sheets or layout.sheets,
        blank_cells=choices.blank_cells or layout.blank_cells,
        time_zone=choices.time_zone or layout.time_zone,
        units={**layout.units, **choices.units},
    )
    if stated_layout != layout:
        mapping.write_text(render_layout(dataset, stated_layout), encoding="utf-8")
    err.print(f"  [dim]{escape(path.name)} is read as {escape(mapping.name)} states[/]")
    _print_sheets(path, dataset, layout)
    return FileReading(dataset, source, mapping)


def _parse(mapping: Path) -> tuple[str | None, FileLayout]:
    try:
        text = mapping.read_text(encoding="utf-8")
        return dataset_of(text), parse_layout(text)
    except (OSError, UnicodeDecodeError, LayoutError) as error:
        raise DataError(f"{mapping}: {error}") from None


def terminal_conversation(*, accepts_all: bool) -> Conversation:
    """Return a conversation with the person at the terminal, if there is one."""
    return Conversation(accepts_all=accepts_all, is_interactive=sys.stdin.isatty())
