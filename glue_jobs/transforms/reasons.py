"""The parts of a reason in words: a column's name and the beginning of its value."""

from __future__ import annotations

from pyspark.sql import Column as SparkColumn
from pyspark.sql import functions as F  # noqa: N812

from glue_jobs.transforms.values import text_of

EXCERPT_LENGTH = 40
"""Characters of a value that a reason quotes."""


def quote(name: str) -> SparkColumn:
    """Return the name of a column and, in quotation marks, the beginning of its text."""
    return F.concat(F.lit(f"{name} "), excerpt(name))


def excerpt(name: str) -> SparkColumn:
    """Return the beginning of a column's text in quotation marks."""
    text = text_of(name)
    beginning = F.when(F.length(text) > F.lit(EXCERPT_LENGTH), F.concat(F.substring(text, 1, EXCERPT_LENGTH), F.lit("..."))).otherwise(text)
    return F.concat(F.lit("'"), beginning, F.lit("'"))
