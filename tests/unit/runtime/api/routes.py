"""Every operation of the API, from its document, so that what holds for all of them is tested for new ones too."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import pytest

from contracts.routes import API_PATH
from runtime.api.openapi import TARGET


@dataclass(frozen=True)
class Operation:
    """One method of one path below /api/v1, with an id in place of each parameter of the path."""

    method: str
    path: str
    needs_token: bool
    query_names: frozenset[str]
    returns: frozenset[str]
    """The members of a successful response."""


def read_operations() -> list[Operation]:
    """Return all operations of the committed document."""
    document = json.loads(TARGET.read_text(encoding="utf-8"))
    schemas = document["components"]["schemas"]
    operations = []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            success = next(response for status, response in operation["responses"].items() if status.startswith("2"))
            schema = success["content"].get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
            operations.append(
                Operation(
                    method.upper(),
                    re.sub(r"\{.*?\}", "7f3c1f0e-6f1a-5c55-9d3e-1f2a3b4c5d6e", path.removeprefix(API_PATH)),
                    operation.get("security") != [],
                    frozenset(each["name"] for each in operation.get("parameters", []) if each["in"] == "query"),
                    frozenset(schemas.get(schema, {}).get("properties", {})),
                )
            )
    return operations


OPERATIONS = read_operations()
PROTECTED = [pytest.param(each, id=f"{each.method} {each.path}") for each in OPERATIONS if each.needs_token]
READS = [pytest.param(each, id=each.path) for each in OPERATIONS if each.needs_token and each.method == "GET"]
LISTS = [pytest.param(each, id=each.path) for each in OPERATIONS if "page" in each.returns]
