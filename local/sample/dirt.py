"""Rows as they come in real life: broken in every way that the contracts name, each with the code it must end under."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Fault:
    """One thing wrong with one field of an otherwise good row."""

    code: str
    column: str
    value: str


def history_faults(until: date) -> tuple[Fault, ...]:
    """Every kind of fault a demand_history row can have in one field."""
    return (
        Fault("TYPE", "quantity", "1e309"),
        Fault("TYPE", "quantity", "twelve"),
        Fault("TYPE", "quantity", "1,5"),
        Fault("TYPE", "demand_date", "31/12/2025"),
        Fault("TYPE", "demand_date", "2025-02-30"),
        Fault("TYPE", "stockout_flag", "perhaps"),
        Fault("NULL_REQUIRED", "sku_id", ""),
        Fault("NULL_REQUIRED", "quantity", "  "),
        Fault("RANGE", "quantity", "-5"),
        Fault("DATE_PAST", "demand_date", "0001-01-01"),
        Fault("DATE_FUTURE", "demand_date", "9999-12-31"),
        Fault("DATE_FUTURE", "demand_date", str(until + timedelta(days=40))),
        *_identifier_faults("sku_id"),
        Fault("CODE", "uom", "bananas"),
    )


def order_faults(until: date) -> tuple[Fault, ...]:
    """Every kind of fault an order line can have in one field."""
    return (
        Fault("TYPE", "ordered_qty", "1e309"),
        Fault("TYPE", "order_ts", "2025-11-03 10:00"),
        Fault("TYPE", "unit_price", "£5"),
        Fault("NULL_REQUIRED", "order_id", ""),
        Fault("NULL_REQUIRED", "ordered_qty", ""),
        Fault("RANGE", "ordered_qty", "-3"),
        Fault("DATE_PAST", "order_ts", "0001-01-01T00:00:00+00:00"),
        Fault("DATE_FUTURE", "order_ts", "9999-12-31T23:59:59+00:00"),
        Fault("DATE_FUTURE", "order_ts", f"{until + timedelta(days=40)}T08:00:00+00:00"),
        *_identifier_faults("sku_id"),
        Fault("CODE", "currency", "DOUBLOON"),
        Fault("CODE", "status", "LOST"),
        Fault("CONSISTENCY", "shipped_qty", "99999"),
    )


def _identifier_faults(column: str) -> Iterator[Fault]:
    yield Fault("CODE", column, "=cmd()")
    yield Fault("CODE", column, "X" * 300)


def unreadable_lines(columns: int, overlong: bool) -> list[str]:
    """Lines that cannot be split into the given number of columns, each ending with a newline."""
    lines = ["too,few\n", "x," * columns + "one too many\n", '"text" after a quote' + "," * (columns - 1) + "\n"]
    lines += ["a NUL \0 byte" + "," * (columns - 1) + "\n", '"a quote that is never closed' + "," * (columns - 1) + "\n"]
    return [*lines, "x" * (1024 * 1024 + 10) + "\n"] if overlong else lines


@dataclass(frozen=True)
class Dirtied:
    """A file's text with faults worked in, and what must become of its rows."""

    text: str
    rows: int
    codes: Counter[str]
    duplicates: int


def dirty(rng: np.random.Generator, rows: pd.DataFrame, faults: Sequence[Fault], repeats: int, overlong: bool = False) -> Dirtied:
    """Mix into rows one broken copy per fault, `repeats` exact repeats of rows, and unreadable lines.

    Broken copies are judged before keys are compared, so that they duplicate nothing.
    """
    broken = rows.iloc[rng.integers(0, len(rows), len(faults))].reset_index(drop=True)
    for position, fault in enumerate(faults):
        broken.loc[position, fault.column] = fault.value
    repeated = rows.iloc[rng.choice(len(rows), repeats, replace=False)]
    # Each dirty row goes somewhere into the middle; a stable sort keeps the good ones in their order.
    mixed = pd.concat([rows, broken, repeated])
    places = np.concatenate([np.arange(len(rows)), rng.uniform(0, len(rows), len(faults) + repeats)])
    text = mixed.iloc[np.argsort(places, kind="stable")].to_csv(index=False, lineterminator="\n")
    unreadable = unreadable_lines(rows.shape[1], overlong)
    codes = Counter(fault.code for fault in faults) + Counter({"UNREADABLE": len(unreadable)})
    return Dirtied(_insert(rng, text, unreadable), len(mixed) + len(unreadable), codes, repeats)


def _insert(rng: np.random.Generator, text: str, lines: Sequence[str]) -> str:
    whole = text.splitlines(keepends=True)
    for place, line in zip(sorted(rng.integers(1, len(whole), len(lines)), reverse=True), lines, strict=True):
        whole.insert(int(place), line)
    return "".join(whole)
