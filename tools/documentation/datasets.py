"""docs/datasets.md: every data set with its columns, units, keys and rules, taken from its contract."""

from __future__ import annotations

from collections.abc import Iterator

from contracts import datasets
from contracts.datasets import Column, Contract
from contracts.datasets.examples import example_row
from contracts.datasets.rules import describe_rules

HEAD = """# Data sets

Every data set that the lake takes, its columns and its rules. Written by `python -m tools.documentation` from the contracts in
[contracts/datasets](../contracts/datasets/), from which validation, the tables of the catalog and the sample data follow as well; a new
data set is one new file there. [Upload files](landing.md) describes the formats of files, and how values are written.

Only {demand} carry demand, and one of them is enough for a run.
The other data sets are optional: a run without them works, and a data set without rows costs nothing.

{masters} are master data. Once a master has rows:

- A row of another data set that names a SKU, site or lane without a row there is parked (`UNKNOWN_SKU`, `UNKNOWN_SITE`, `UNKNOWN_LANE`):
  it is in the quarantine of the run, and takes part in the first run after the master has it, without being sent again. So a SKU or site
  that is not in its master has no forecast; the quality report counts its rows. Without a master nothing is parked.
- Quantities convert into the base unit of the SKU (`uom` of sku_master) by `units_per_case` (CS) and `cases_per_pallet` (PX, PF), and by
  definition among pieces, weights, volumes and lengths (12 EA are a DZN). The row of the SKU whose validity began last counts. A quantity
  that does not convert is quarantined (`UNIT`).
- An instant counts on the day at its site, by the site's time zone, also when a file states instants in UTC, and also on days of 23 and 25
  hours. A site without a row keeps the day as it is written, in the offset of the file.
- A time without an offset is one of the clock of its site, and its row is parked (`UNKNOWN_ZONE`) until site_master has the time zone.

Without sku_master the unit of at least 95 % of the rows of a SKU is its base unit, and rows in another unit are quarantined (`UNIT`). Where
no unit has that share, all rows of the SKU are: quantities of different units are never added. Forecasts state the unit (`uom`).

A column in bold is part of the key of a row. Columns marked `*` must be in the header of every file, those marked `**` must also be
filled in every row.
"""


def page() -> str:
    """The whole page."""
    contracts = [datasets.load(name) for name in datasets.list_names()]
    contents = [f"- [{each.dataset}](#{each.dataset}): {each.description}" for each in contracts]
    head = HEAD.format(demand=_list(datasets.list_demand_names()), masters=_list(datasets.list_masters()))
    return "\n".join([head, *contents, "", *(line for contract in contracts for line in _section(contract))])


def _section(contract: Contract) -> Iterator[str]:
    yield f"## {contract.dataset}\n"
    yield f"{contract.description}\n"
    yield "| column | type | unit | meaning | values |"
    yield "|---|---|---|---|---|"
    yield from (_row(contract, column) for column in contract.columns)
    yield ""
    if rules := list(describe_rules(contract)):
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
        yield f"in [{column.references}](#{column.references}), if that has rows"


def _number(value: float) -> str:
    return f"{value:.9f}".rstrip("0").rstrip(".")


def _list(names: tuple[str, ...]) -> str:
    links = [f"[{name}](#{name})" for name in names]
    return f"{', '.join(links[:-1])} and {links[-1]}"
