"""Options that would read values which the contract does not read as they are."""

from __future__ import annotations

from collections.abc import Iterator

from cli.mapping.aliases import letters_of
from cli.mapping.file_sample import ColumnSample, FileSample
from cli.mapping.value_forms import find_date_form, find_decimal_marks, is_number
from contracts.datasets import Column, ColumnType, Contract


def suggest_options(sample: FileSample, contract: Contract) -> Iterator[str]:
    """Yield a sentence for the dates and one for the numbers of required columns, where an option is needed to read them."""
    columns = {letters_of(column.name): column for column in sample.columns}
    needs = [column for column in contract.columns if column.required_column and letters_of(column.name) in columns]
    for column in needs:
        if text := _suggest(columns[letters_of(column.name)], column):
            yield text


def _suggest(sample: ColumnSample, column: Column) -> str | None:
    texts = sample.written_texts[:1000]
    if column.type is ColumnType.DATE:
        form = find_date_form(texts)
        if form and not form.is_iso:
            options = " or ".join(f"--date-format '{each}'" for each in (form.date_format, *form.other_formats))
            return f"{sample.name}: dates such as {texts[0]!r} are read with {options}"
    if column.type is ColumnType.DECIMAL:
        numbers = [text for text in texts if is_number(text)]
        marks = find_decimal_marks(numbers)
        if "," in marks and len(numbers) == len(texts):
            example = next(text for text in numbers if "," in text)
            options = " or ".join(f"--decimal-mark '{mark}'" for mark in marks)
            return f"{sample.name}: numbers such as {example!r} are read with {options}"
    return None
