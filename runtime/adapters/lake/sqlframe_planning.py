"""Faster planning in sqlframe, which stands for Spark outside AWS: the same queries, at a cost that grows with their steps alone.

sqlframe copies the whole query at every step of a frame and names each step by the text of its SQL, so that the cost of planning grows with
the square of the steps. Here frames share the finished steps (common table expressions), which never change, and a step is named by the
hash of its structure. The SQL that is executed is made from a copy of its own, as before.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from copy import copy as copy_shallow
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar
from uuid import uuid4

from sqlframe.base import operations, util
from sqlframe.base.dataframe import BaseDataFrame
from sqlframe.base.session import _BaseSession
from sqlframe.duckdb import DuckDBDataFrame
from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.expressions.core import Expr, Expression

P = ParamSpec("P")
R = TypeVar("R")

MOST_NAMES = 10_000
"""Names of columns and steps whose normal form is remembered."""

_shares_steps: ContextVar[bool] = ContextVar("shares_steps", default=False)


@lru_cache(maxsize=1)
def speed_up_planning() -> None:
    """Replace the parts of sqlframe and sqlglot that make planning slow, once in a process."""
    for node_type in (Expr, Expression):
        _replace(node_type, "__deepcopy__", _copy_query)
    _replace(BaseDataFrame, "copy", _copy_frame)
    _replace(BaseDataFrame, "_create_hash_from_expression", _name_step)
    _replace(BaseDataFrame, "_add_ctes_to_expression", _with_own_steps(BaseDataFrame._add_ctes_to_expression))
    _replace(BaseDataFrame, "_convert_leaf_to_cte", _sharing(True, BaseDataFrame._convert_leaf_to_cte))
    _replace(BaseDataFrame, "_get_expressions", _sharing(False, BaseDataFrame._get_expressions))
    _replace(operations, "_run_operation", _sharing(True, operations._run_operation))
    _replace(util, "dialect_to_string", _remember_dialects(util.dialect_to_string))
    _replace(_BaseSession, "_normalize_string", lru_cache(MOST_NAMES)(_BaseSession._normalize_string))


def _replace(owner: object, name: str, function: Callable[..., object]) -> None:
    setattr(owner, name, function)


def _sharing(is_shared: bool, function: Callable[P, R]) -> Callable[P, R]:
    """Return the function with copies of queries that share their finished steps, or that do not."""

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        with _share_steps(is_shared):
            return function(*args, **kwargs)

    return call


@contextlib.contextmanager
def _share_steps(is_shared: bool) -> Iterator[None]:
    token = _shares_steps.set(is_shared)
    try:
        yield
    finally:
        _shares_steps.reset(token)


def _copy_query(query: Expr, _memo: object = None) -> Expr:
    """Return a copy of a query, or of a part of one; its finished steps are shared where _shares_steps is set."""
    root = query.__class__()
    nodes = [(query, root)]
    shares_steps = _shares_steps.get()
    while nodes:
        node, twin = nodes.pop()
        twin.comments = node.comments and node.comments.copy()
        twin._type = node._type and node._type.copy()
        twin._meta = node._meta and node._meta.copy()
        for name, value in node.args.items():
            if isinstance(value, Expr):
                twin.args[name] = _start_copy(value, twin, name, None)
                nodes.append((value, twin.args[name]))
            elif type(value) is not list or (shares_steps and type(node) is exp.With):
                twin.args[name] = value.copy() if type(value) is list else value
            else:
                twin.args[name] = [
                    _start_copy(item, twin, name, index) if isinstance(item, Expr) else item for index, item in enumerate(value)
                ]
                nodes += [(item, child) for item, child in zip(value, twin.args[name], strict=True) if isinstance(item, Expr)]
    return root


def _start_copy(node: Expr, parent: Expr, name: str, index: int | None) -> Expr:
    """Return a node of the same type in its place, without its own parts."""
    twin = node.__class__()
    twin.parent, twin.arg_key, twin.index = parent, name, index
    return twin


def _copy_frame(frame: DuckDBDataFrame, **changes: object) -> DuckDBDataFrame:
    """Return a copy of a frame with changes; what is changed is not copied first."""
    changes = {"join_on_uuid": str(uuid4()), **changes}
    attributes = {name: value for name, value in vars(frame).items() if name not in changes}
    copies = {name: value.copy() if hasattr(value, "copy") else copy_shallow(value) for name, value in attributes.items()}
    create_frame: Callable[..., DuckDBDataFrame] = type(frame)
    return create_frame(**copies, **changes)


def _name_step(_frame: DuckDBDataFrame, query: Expr) -> str:
    """Return a name that is the same for equal queries: of their structure, not of their text, which takes far longer to write."""
    return f"t{hash(query) & 0xFFFFFFFFFFFFFFFF:x}"


def _with_own_steps(add_steps: Callable[[DuckDBDataFrame, exp.Select, list[exp.CTE]], exp.Select]) -> Callable[..., exp.Select]:
    """Return the function that adds steps to a query, with a copy of those that it may change: of the names that the query has."""

    @wraps(add_steps)
    def add(frame: DuckDBDataFrame, query: exp.Select, steps: Sequence[exp.CTE]) -> exp.Select:
        names = {step.alias_or_name for step in query.ctes}
        return add_steps(frame, query, [step.copy() if step.alias_or_name in names else step for step in steps])

    return add


def _remember_dialects(name_dialect: Callable[[Dialect], str]) -> Callable[[Dialect], str]:
    """Return the function that names a dialect, which looks through all modules of sqlglot, called once for each."""
    names: dict[type[Dialect], str] = {}

    @wraps(name_dialect)
    def name(dialect: Dialect) -> str:
        if type(dialect) not in names:
            names[type(dialect)] = name_dialect(dialect)
        return names[type(dialect)]

    return name
