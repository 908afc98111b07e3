"""Rules that need more than one value, or all digits of one: quantities and dates that fit together, and check digits of GS1."""

from __future__ import annotations

from collections.abc import Iterator

from pyspark.sql import functions as F  # noqa: N812

from contracts.datasets import AtMost, Column, Contract, InOrder, StartsWith
from contracts.quality_codes import QuarantineCode
from glue_jobs.transforms.reasons import Rule, excerpt, quote
from glue_jobs.transforms.texts import text_name, text_of
from glue_jobs.transforms.values import value_of

GS1_DIGITS = 14
"""Digits of the longest identifier with a check digit, GTIN-14; a shorter one has the same check digit with zeros before it."""


def consistency_rules(contract: Contract) -> Iterator[Rule]:
    """Yield the rules between the columns of a row."""
    yield from (_at_most(contract, rule) for rule in contract.consistency)
    yield from (_in_order(contract, rule) for rule in contract.order)
    yield from (_starts_with(rule) for rule in contract.starts_with)


def check_digit_rule(column: Column) -> Rule:
    """Return the rule that the last digit of an identifier of GS1 follows from the others.

    Source: GS1 General Specifications, section 7.9: from the right, the digits before the check digit weigh 3 and 1 in turn.
    """
    text = text_of(column.name)
    digits = f"lpad({text_name(column.name)}, {GS1_DIGITS}, '0')"
    # instr in place of a cast, which one engine refuses for what is no digit.
    terms = [
        f"{3 if position % 2 else 1} * (instr('0123456789', substring({digits}, {position}, 1)) - 1)"
        for position in range(1, GS1_DIGITS + 1)
    ]
    is_broken = text.rlike(r"^[0-9]{8,14}\z") & F.expr(f"({' + '.join(terms)}) % 10 != 0")
    return is_broken, QuarantineCode.CODE, F.lit(" has a wrong check digit: a digit is mistyped or missing")


def _at_most(contract: Contract, rule: AtMost) -> Rule:
    part, whole = value_of(contract.column(rule.column)), value_of(contract.column(rule.of))
    is_broken = part.cast("double") > whole.cast("double") * F.lit(rule.times)
    reason = F.concat(quote(rule.column), F.lit(f" is more than {rule.times} times {rule.of} "), excerpt(rule.of))
    return is_broken, QuarantineCode.CONSISTENCY, F.concat(reason, F.lit(": check both quantities"))


def _in_order(contract: Contract, rule: InOrder) -> Rule:
    first, then = value_of(contract.column(rule.first)), value_of(contract.column(rule.then))
    is_broken = (first > then) if rule.may_be_equal else (first >= then)
    words = " is after " if rule.may_be_equal else " is not before "
    reason = F.concat(quote(rule.first), F.lit(f"{words}{rule.then} "), excerpt(rule.then))
    return is_broken, QuarantineCode.CONSISTENCY, F.concat(reason, F.lit(": check both"))


def _starts_with(rule: StartsWith) -> Rule:
    is_broken = ~text_of(rule.column).startswith(text_of(rule.of))
    reason = F.concat(quote(rule.column), F.lit(f" does not begin with {rule.of} "), excerpt(rule.of))
    return is_broken, QuarantineCode.CONSISTENCY, F.concat(reason, F.lit(": check both codes"))
