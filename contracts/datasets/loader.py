"""Load data contracts: one TOML file per data set and version, beside this module, which may be inside a zip."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from contracts import identifiers
from contracts.datasets.codes import CodeList, load_codes
from contracts.datasets.model import AtMost, AtMostOfMaster, Column, ColumnType, Contract, InOrder, MissingMeans, StartsWith
from contracts.paths import Zone

FOLDER = files("contracts.datasets")
FILE_NAME = re.compile(r"(?P<dataset>[a-z_]+)\.v(?P<version>\d+)\.toml")
LANDING_KEY = re.compile(rf"{Zone.LANDING}/(?P<dataset>[^/]+)/v(?P<version>\d+)/.+")

CODE_LISTS = {code_list.value: code_list for code_list in CodeList}

RULES: dict[str, type[AtMost | InOrder | StartsWith | AtMostOfMaster]] = {
    "consistency": AtMost,
    "order": InOrder,
    "starts_with": StartsWith,
    "limits": AtMostOfMaster,
}
"""The rules between columns: the name of their list in a contract, and the rule."""


class UnknownDataset(ValueError):
    """No contract has this name and version; the message lists those that exist."""


def list_names() -> tuple[str, ...]:
    """Return the data sets that have a contract, sorted."""
    return tuple(sorted({match["dataset"] for path in FOLDER.iterdir() if (match := FILE_NAME.fullmatch(path.name))}))


def list_demand_names() -> tuple[str, ...]:
    """Return the data sets that carry demand, sorted."""
    return tuple(name for name in list_names() if load(name).carries_demand)


@cache
def list_masters() -> tuple[str, ...]:
    """Return the data sets that a column of another one refers to, sorted."""
    columns = (column for name in list_names() for column in load(name).columns)
    return tuple(sorted({column.references for column in columns if column.references}))


@cache
def list_providers() -> tuple[str, ...]:
    """Return the data sets that the rules of other data sets need, sorted: masters, and those that state limits."""
    limits = (limit.dataset for name in list_names() for limit in load(name).limits)
    return tuple(sorted({*list_masters(), *limits}))


@cache
def load(dataset: str, version: int = 1) -> Contract:
    """Return the contract of a data set.

    Raises UnknownDataset naming those that exist.
    """
    path = FOLDER.joinpath(f"{dataset}.v{version}.toml")
    if not re.fullmatch(r"[a-z_]+", dataset) or not path.is_file():
        raise UnknownDataset(f"there is no contract {dataset!r} in version {version}; contracts: {', '.join(list_names())} (v1)")
    return _contract(tomllib.loads(path.read_text(encoding="utf-8")))


def load_for_key(key: str) -> Contract:
    """Return the contract of an uploaded object by its key: landing/<dataset>/v<version>/<anything>.

    Raises UnknownDataset when the key has another form or names a dataset without a contract.
    """
    match = LANDING_KEY.fullmatch(key)
    if match is None:
        raise UnknownDataset(f"{key!r} is not of the form {Zone.LANDING}/<dataset>/v1/<file>; datasets: {', '.join(list_names())}")
    return load(match["dataset"], int(match["version"]))


def _contract(document: dict[str, Any]) -> Contract:
    columns = tuple(_column(name, fields) for name, fields in document.pop("columns").items())
    missing_means = MissingMeans(document.pop("missing_means")) if "missing_means" in document else None
    document["sum_within"] = tuple(document.get("sum_within", ()))
    for name, kind in RULES.items():
        document[name] = tuple(kind(**fields) for fields in document.get(name, ()))
    return Contract(**document | {"key": tuple(document["key"])}, missing_means=missing_means, columns=columns)


def _column(name: str, fields: dict[str, Any]) -> Column:
    kind = ColumnType(fields["type"])
    defaults: dict[str, Any] = {"max_length": identifiers.MAX_LENGTH} if kind is ColumnType.IDENTIFIER else {}
    code_list = CODE_LISTS[fields["code_list"]] if "code_list" in fields else None
    allowed = load_codes(code_list) if code_list else tuple(fields.get("allowed", ()))
    return Column(**defaults | fields | {"name": name, "type": kind, "allowed": allowed, "code_list": code_list})
