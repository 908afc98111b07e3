"""Invalid rows: one for every rule of the contracts, with the code under which it must be quarantined."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Fault:
    """An invalid value in one field of an otherwise valid row."""

    code: str
    column: str
    value: str


def list_history_faults(until: date) -> tuple[Fault, ...]:
    """Return every kind of fault that a demand_history row can have in one field."""
    return (
        Fault("TYPE", "quantity", "1e309"),
        Fault("TYPE", "quantity", "twelve"),
        Fault("TYPE", "quantity", "1,5"),
        Fault("TYPE", "demand_date", "31/12/2025"),
        Fault("TYPE", "demand_date", "2025-02-30"),
        Fault("AMBIGUOUS", "quantity", "1,250"),
        Fault("AMBIGUOUS", "demand_date", "03/04/2026"),
        Fault("RANGE", "quantity", "99000000000"),
        Fault("NULL_REQUIRED", "sku_id", ""),
        Fault("NULL_REQUIRED", "quantity", "  "),
        Fault("RANGE", "quantity", "-5"),
        Fault("DATE_PAST", "demand_date", "0001-01-01"),
        Fault("DATE_FUTURE", "demand_date", "9999-12-31"),
        Fault("DATE_FUTURE", "demand_date", str(until + timedelta(days=40))),
        *_list_identifier_faults("sku_id"),
        Fault("CODE", "uom", "bananas"),
    )


def list_order_faults(until: date) -> tuple[Fault, ...]:
    """Return every kind of fault that an order line can have in one field."""
    return (
        Fault("TYPE", "ordered_qty", "1e309"),
        Fault("TYPE", "order_ts", "2025-11-03 10:00"),
        Fault("AMBIGUOUS", "ordered_qty", "1,250"),
        Fault("NULL_REQUIRED", "order_id", ""),
        Fault("NULL_REQUIRED", "ordered_qty", ""),
        Fault("RANGE", "ordered_qty", "-3"),
        Fault("DATE_PAST", "order_ts", "0001-01-01T00:00:00+00:00"),
        Fault("DATE_FUTURE", "order_ts", "9999-12-31T23:59:59+00:00"),
        Fault("DATE_FUTURE", "order_ts", f"{until + timedelta(days=40)}T08:00:00+00:00"),
        *_list_identifier_faults("sku_id"),
        Fault("CODE", "uom", "bananas"),
        Fault("CONSISTENCY", "shipped_qty", "99999"),
    )


def _list_identifier_faults(column: str) -> Iterator[Fault]:
    yield Fault("CODE", column, "=cmd()")
    yield Fault("CODE", column, "X" * 300)


def make_unreadable_lines(columns: int, overlong: bool) -> list[str]:
    """Return lines that cannot be split into the given number of columns, each ending with a newline."""
    lines = ["too,few\n", "x," * columns + "one too many\n", '"text" after a quote' + "," * (columns - 1) + "\n"]
    lines += ["a NUL \0 byte" + "," * (columns - 1) + "\n", '"a quote that is never closed' + "," * (columns - 1) + "\n"]
    return [*lines, "x" * (1024 * 1024 + 10) + "\n"] if overlong else lines


@dataclass(frozen=True)
class FaultyFile:
    """A file's text with faults, and what must become of its rows."""

    text: str
    rows: int
    codes: Counter[str]
    duplicates: int


def insert_faults(
    rng: np.random.Generator, rows: pd.DataFrame, faults: Sequence[Fault], repeats: int, overlong: bool = False
) -> FaultyFile:
    """Insert one invalid copy of a row per fault, `repeats` exact repeats of rows, and unreadable lines.

    Rows are validated before keys are compared, so an invalid copy is no duplicate.
    """
    invalid = rows.iloc[rng.integers(0, len(rows), len(faults))].reset_index(drop=True)
    for position, fault in enumerate(faults):
        invalid.loc[position, fault.column] = fault.value
    repetitions = rows.iloc[rng.choice(len(rows), repeats, replace=False)]
    # The added rows go to random positions; a stable sort keeps the valid ones in their order.
    all_rows = pd.concat([rows, invalid, repetitions])
    positions = np.concatenate([np.arange(len(rows)), rng.uniform(0, len(rows), len(faults) + repeats)])
    text = all_rows.iloc[np.argsort(positions, kind="stable")].to_csv(index=False, lineterminator="\n")
    unreadable = make_unreadable_lines(rows.shape[1], overlong)
    codes = Counter(fault.code for fault in faults) + Counter({"UNREADABLE": len(unreadable)})
    return FaultyFile(_insert_lines(rng, text, unreadable), len(all_rows) + len(unreadable), codes, repeats)


def _insert_lines(rng: np.random.Generator, text: str, lines: Sequence[str]) -> str:
    result = text.splitlines(keepends=True)
    for position, line in zip(sorted(rng.integers(1, len(result), len(lines)), reverse=True), lines, strict=True):
        result.insert(int(position), line)
    return "".join(result)
