"""Numbers from text: whole numbers and decimals as people, databases and data frames write them.

Read are 12, +3, 12.5, 12., .5, 12.0000, 1e3 and 0.30000000000000004; a number below zero also as 8- (SAP), (8) (accountants) and with the
minus of typography. Not read are thousands separators and decimal commas: 1,250 can be two numbers, and so can 1.250, unless other numbers
of its file show that the point separates decimals. `plain_form` writes the sign of every number before it; the other functions take the
name of a column of that.
"""

from __future__ import annotations

from pyspark.sql import Column as SparkColumn
from pyspark.sql import functions as F  # noqa: N812

NUMBER = r"^[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,2})?\z"
"""Any number with a decimal point, also with an exponent."""

_MINUS = "\u2212\u2013-"
_SIZE = r"[0-9.](?:[0-9.,]*[0-9.])?(?:[eE][+-]?\d{1,2})?"
_BELOW_ZERO = rf"^(?:[{_MINUS}] *{_SIZE}|{_SIZE} *[{_MINUS}]|\( *{_SIZE} *\))\z"
_AROUND_SIZE = rf"^[({_MINUS}] *| *[){_MINUS}]\z"
_USUAL = r"^[+-]?[0-9.]+\z"

PLAIN_INTEGER = r"^[+-]?\d{1,15}\z"

EITHER_POINT = r"^[+-]?[1-9]\d{0,2}\.\d{3}\z"
"""Numbers such as 1.250, which many countries write for one thousand two hundred and fifty."""

EITHER_COMMA = r"^[+-]?[1-9]\d{0,2},\d{3}\z"
"""Numbers such as 1,250, which many countries write for one and a quarter."""

DECIMAL_COMMA = r"^[(+-]?\d[\d. ]*,\d+ *[)-]?\z"

POINT_FOR_DECIMALS = r"^[+-]?(\d{4,}\.\d*|0\d*\.\d+|\.\d+|\d+\.(\d{0,2}|\d{4,}))([eE][+-]?\d{1,2})?\z"
"""Numbers in which the point can only separate decimals."""

WIDE = "decimal(30,12)"
"""Holds every number that is read, with more decimals than are kept: the rest is the noise of floating-point numbers."""

NOISE = "0.000000001"


def plain_form(name: str) -> str:
    """Return the SQL of a number with its sign before it; any other text stays."""
    size = f"regexp_replace({name}, '{_sql(_AROUND_SIZE)}', '')"
    below_zero = f"when {name} rlike '{_sql(_BELOW_ZERO)}' then concat('-', {size})"
    return f"case when {name} rlike '{_sql(_USUAL)}' then {name} {below_zero} else {name} end"


def decimal_of(name: str, sql_type: str, decimals: int) -> SparkColumn:
    """Return the number, rounded to the decimals, a half to the even neighbour; null when the text is no number or is too large."""
    text = F.col(name)
    return F.when(text.rlike(plain_decimal(decimals)), F.expr(f"try_cast({name} as {sql_type})")).when(
        text.rlike(NUMBER), F.expr(_half_even(f"try_cast({name} as {WIDE})", sql_type, decimals))
    )


def integer_of(name: str) -> SparkColumn:
    """Return the whole number; null when the text is none, or has decimals other than zeros."""
    text, wide = F.col(name), f"try_cast({name} as {WIDE})"
    whole = f"case when abs({wide}) < 1000000000000000 and {wide} = cast(cast({wide} as bigint) as {WIDE}) then cast({wide} as bigint) end"
    return F.when(text.rlike(PLAIN_INTEGER), F.expr(f"try_cast({name} as bigint)")).when(text.rlike(NUMBER), F.expr(whole))


def is_rounded(name: str, value: str, decimals: int) -> SparkColumn:
    """Return whether the value has fewer decimals than the text, by more than the noise of floating-point numbers."""
    difference = f"abs(try_cast({name} as {WIDE}) - cast({value} as {WIDE})) > cast('{NOISE}' as {WIDE})"
    return ~F.col(name).rlike(plain_decimal(decimals)) & F.expr(difference)


def is_rounded_to_zero(name: str, value: str) -> SparkColumn:
    """Return whether a number other than zero became zero."""
    is_zero = F.col(value) == F.lit(0)
    return is_zero & F.col(name).rlike("[eE.]") & F.expr(f"abs(try_cast({name} as {WIDE})) > cast('{NOISE}' as {WIDE})")


def plain_decimal(decimals: int) -> str:
    """Return the pattern of decimals that are read as they are."""
    return rf"^[+-]?\d{{1,11}}(\.\d{{1,{decimals}}})?\z"


def _sql(pattern: str) -> str:
    """Return a pattern as SQL has it between its quotes, which writes a backslash twice."""
    return pattern.replace("\\", "\\\\")


def _half_even(number: str, sql_type: str, decimals: int) -> str:
    """Return the SQL that rounds; both engines cast a half away from zero, and `bround` differs between them."""
    nearest, step, half = f"try_cast({number} as {sql_type})", f"1e-{decimals}", f"0.{'0' * decimals}5"
    units = f"cast({nearest} * 1{'0' * decimals} as bigint)"
    is_tie = f"abs({number} - cast({nearest} as {WIDE})) = cast('{half}' as {WIDE}) and {units} % 2 <> 0"
    even = f"cast({nearest} - sign({number}) * cast('{step}' as {sql_type}) as {sql_type})"
    return f"case when {is_tie} then {even} else {nearest} end"
