"""The rules of a contract between columns, as sentences."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.datasets.model import Contract


def describe_rules(contract: Contract) -> Iterator[str]:
    """Yield a sentence without a full stop for each rule, the names of columns in backquotes."""
    for rule in contract.consistency:
        yield f"`{rule.column}` is at most {rule.times:g} times `{rule.of}`"
    for pair in contract.order:
        yield f"`{pair.first}` is {'not after' if pair.may_be_equal else 'before'} `{pair.then}`"
    for start in contract.starts_with:
        yield f"`{start.column}` starts with `{start.of}`"
    for limit in contract.limits:
        yield f"`{limit.column}` is at most {limit.times:g} times `{limit.of}` of {limit.dataset}, if that has rows"
