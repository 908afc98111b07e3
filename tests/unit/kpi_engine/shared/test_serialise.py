"""Parts of reports as the values of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

import pytest

from kpi_engine.accuracy.report.rows import Rows
from kpi_engine.shared.serialise import fields_to_json, json_key, to_json


class Band(StrEnum):
    FULL = "full"


class Point(NamedTuple):
    day: int
    value: float | None


@dataclass(frozen=True)
class Inner:
    value: float | None
    when: date


@dataclass(frozen=True)
class Outer:
    inner: Inner | None
    rows: tuple[Inner, ...]
    by_name: Mapping[str, Inner]
    source: str = field(metadata=json_key("from"))


@dataclass(frozen=True)
class WithOwnForm:
    value: float

    def as_dict(self) -> dict[str, Any]:
        return {"doubled": 2 * self.value}


DAY = date(2026, 7, 20)
INNER = Inner(None, DAY)
INNER_AS_JSON = {"value": None, "when": "2026-07-20"}


@pytest.mark.parametrize("value", [None, True, 0, -3, 2.5, "", "text"])
def test_a_value_that_json_has_stays_as_it_is(value: object) -> None:
    assert to_json(value) is value


def test_a_part_becomes_a_dict_of_its_fields_at_every_depth() -> None:
    part = Outer(INNER, (INNER, INNER), {"a": INNER}, "b")
    assert to_json(part) == {
        "inner": INNER_AS_JSON,
        "rows": [INNER_AS_JSON, INNER_AS_JSON],
        "by_name": {"a": INNER_AS_JSON},
        "from": "b",
    }
    assert json.loads(json.dumps(to_json(part))) == to_json(part)


def test_the_keys_of_a_part_stand_in_the_order_of_its_fields() -> None:
    assert list(fields_to_json(Outer(None, (), {}, "b"))) == ["inner", "rows", "by_name", "from"]


def test_a_part_with_a_form_of_its_own_is_written_in_it() -> None:
    assert to_json((WithOwnForm(1.5), {"a": WithOwnForm(2.0)})) == [{"doubled": 3.0}, {"a": {"doubled": 4.0}}]


def test_rows_become_a_list_of_dicts() -> None:
    rows = Rows(Point, [[1, 2], [0.5, None]])
    assert to_json({"rows": rows}) == {"rows": [{"day": 1, "value": 0.5}, {"day": 2, "value": None}]}


@pytest.mark.parametrize(
    ("moment", "text"), [(DAY, "2026-07-20"), (datetime.fromisoformat("2026-07-20T06:30:00+02:00"), "2026-07-20T06:30:00+02:00")]
)
def test_a_day_or_a_time_is_its_iso_text(moment: date, text: str) -> None:
    assert to_json([moment]) == [text]


def test_a_member_of_a_text_enumeration_is_its_text() -> None:
    assert json.dumps(to_json({"band": Band.FULL})) == '{"band": "full"}'


@pytest.mark.parametrize("empty", [(), [], {}])
def test_nothing_stays_nothing(empty: Any) -> None:
    assert to_json(empty) == type(to_json(empty))()


def test_a_class_is_no_part() -> None:
    assert to_json(Inner) is Inner


def test_a_part_is_not_changed_by_what_is_done_to_its_json() -> None:
    part = Outer(INNER, (INNER,), {"a": INNER}, "b")
    document = to_json(part)
    document["by_name"]["a"]["value"] = 9
    document["rows"].clear()
    assert part == Outer(INNER, (INNER,), {"a": INNER}, "b")
