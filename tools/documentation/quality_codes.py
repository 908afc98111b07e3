"""docs/quality_codes.md: every code of the data quality reports with its cause and its fix."""

from __future__ import annotations

from collections.abc import Iterable

from contracts.quality_codes import PARKED_CODES, QuarantineCode, WarningCode

HEAD = """# Codes of the data quality reports

Written by `python -m tools.documentation` from [contracts/quality_codes.py](../contracts/quality_codes.py). `./signify explain-code CODE`
prints the same in a terminal.
"""
QUARANTINE = """
## Rows that are not used

A row is quarantined under the code of the first rule that it breaks. The rows of {parked_codes} are parked: they take part in the
first run after the missing master data arrived, without being sent again.
"""
WARNINGS = """
## Warnings

A warning costs no row.
"""


def page() -> str:
    """The whole page."""
    parked_codes = ", ".join(f"`{code}`" for code in QuarantineCode if code in PARKED_CODES)
    return "\n".join([HEAD + QUARANTINE.format(parked_codes=parked_codes), *_table(QuarantineCode), WARNINGS, *_table(WarningCode), ""])


def _table(codes: Iterable[QuarantineCode | WarningCode]) -> list[str]:
    return ["| code | cause | fix |", "|---|---|---|", *(f"| `{code.value}` | {code.cause} | {code.fix} |" for code in codes)]
