"""docs/datasets.md: every data set with its columns, units, keys and rules, taken from its contract."""

from __future__ import annotations

from collections.abc import Iterator

from contracts import datasets
from contracts.datasets import Column, Contract
from contracts.datasets.examples import example_row

HEAD = """# Data sets

Every data set that the lake takes, its columns and its rules. Written by `python -m tools.documentation` from the contracts in
[contracts/datasets](../contracts/datasets/), from which validation, the tables of the catalog and the sample data follow as well; a new
data set is one new file there. [Upload files](landing.md) describes the formats of files, and how values are written.

Only {demand} carry demand, and one of them is enough for a run.
The other data sets are optional.

A column in bold is part of the key of a row. Columns marked `*` must be in the header of every file, those marked `**` must also be
filled in every row.
"""


def page() -> str:
    """The whole page."""
    contracts = [datasets.load(name) for name in datasets.list_names()]
    contents = [f"- [{each.dataset}](#{each.dataset}): {each.description}" for each in contracts]
    head = HEAD.format(demand=_list(datasets.list_demand_names()))
    return "\n".join([head, *contents, "", *(line for contract in contracts for line in _section(contract))])


def _section(contract: Contract) -> Iterator[str]:
    yield f"## {contract.dataset}\n"
    yield f"{contract.description}\n"
    yield "| column | type | unit | meaning | values |"
    yield "|---|---|---|---|---|"
    yield from (_row(contract, column) for column in contract.columns)
    yield ""
    if rules := list(_rules(contract)):
        yield "Rules between columns:\n"
        yield from (f"- {rule}" for rule in rules)
        yield ""
    row = example_row(contract)
    yield f"Example:\n\n```csv\n{','.join(row)}\n{','.join(row.values())}\n```\n"


def _row(contract: Contract, column: Column) -> str:
    name = f"**{column.name}**" if column.name in contract.key else column.name
    mark = " `*`" if column.required_column and column.nullable else "" if column.nullable else " `**`"
    unit = column.unit or ", ".join(f"see {other}" for other in (column.unit_column, column.currency_column) if other)
    return f"| {name}{mark} | {column.type} | {unit} | {column.description} | {'; '.join(_values(column))} |"


def _values(column: Column) -> Iterator[str]:
    if column.code_list is not None:
        yield f"{column.code_list.standard}, for instance {column.code_list.example}"
    elif column.allowed:
        yield ", ".join(column.allowed)
    if column.minimum is not None:
        yield f"from {_number(column.minimum)}"
    if column.maximum is not None:
        yield f"up to {_number(column.maximum)}"
    if column.check_digit:
        yield "with the check digit of GS1"
    if column.references:
        yield f"see [{column.references}](#{column.references})"


def _number(value: float) -> str:
    return f"{value:.9f}".rstrip("0").rstrip(".")


def _rules(contract: Contract) -> Iterator[str]:
    for rule in contract.consistency:
        yield f"`{rule.column}` is at most {rule.times:g} times `{rule.of}`"
    for pair in contract.order:
        yield f"`{pair.first}` is {'not after' if pair.may_be_equal else 'before'} `{pair.then}`"
    for start in contract.starts_with:
        yield f"`{start.column}` starts with `{start.of}`"


def _list(names: tuple[str, ...]) -> str:
    links = [f"[{name}](#{name})" for name in names]
    return f"{', '.join(links[:-1])} and {links[-1]}"
