"""The parts of a reason in words: a column's name and the beginning of its value, invisible characters by their codes."""

from __future__ import annotations

from pyspark.sql import Column as SparkColumn
from pyspark.sql import functions as F  # noqa: N812

from contracts.identifiers import HIDDEN, JOINERS, JOINING, class_body
from glue_jobs.transforms.texts import text_name, text_of

Rule = tuple[SparkColumn, str, SparkColumn]
"""The condition under which a row breaks it, the code, and the reason in words: one that starts with a space follows name and value."""

EXCERPT_LENGTH = 40
"""Characters of a value that a reason quotes."""

HIDDEN_CHARACTER = rf"[{class_body(HIDDEN)}]|(?:^|[^{class_body(JOINING)}])[{class_body(JOINERS)}]"
"""A character that no reader can see; a joiner only where nothing is joined."""


def quote(name: str) -> SparkColumn:
    """Return the name of a column and, in quotation marks, the beginning of its text."""
    return F.concat(F.lit(f"{name} "), excerpt(name))


def excerpt(name: str) -> SparkColumn:
    """Return the beginning of a column's text in quotation marks; its first invisible character stands there as <U+200B>."""
    text = text_of(name)
    beginning = F.when(F.length(text) > F.lit(EXCERPT_LENGTH), F.concat(F.substring(text, 1, EXCERPT_LENGTH), F.lit("..."))).otherwise(text)
    with_code = F.expr(f"replace({_beginning(name)}, {hidden_character(name)}, concat('<', {hidden_code(name)}, '>'))")
    return F.concat(F.lit("'"), F.when(has_hidden_character(name), with_code).otherwise(beginning), F.lit("'"))


def has_hidden_character(name: str) -> SparkColumn:
    """Return whether the text has a character that no reader can see."""
    return text_of(name).rlike(HIDDEN_CHARACTER)


def hidden_character(name: str) -> str:
    """Return the SQL of the first invisible character of a text."""
    pattern = HIDDEN_CHARACTER.replace("\\", "\\\\")
    return f"right(regexp_extract({text_name(name)}, '{pattern}', 0), 1)"


def hidden_code(name: str) -> str:
    """Return the SQL of the code of the first invisible character of a text, such as U+200B."""
    return f"concat('U+', lpad(hex(ascii({hidden_character(name)})), 4, '0'))"


def _beginning(name: str) -> str:
    text = text_name(name)
    return f"concat(substring({text}, 1, {EXCERPT_LENGTH}), case when length({text}) > {EXCERPT_LENGTH} then '...' else '' end)"
