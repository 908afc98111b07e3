"""Known events and the groups that they touch, against sets of days."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from kpi_engine.anomalies.assessment.events import KnownEvent, match_events
from kpi_engine.anomalies.group import AnomalyGroup
from kpi_engine.shared.errors import InvalidValue
from tests.unit.kpi_engine.anomalies.assessment.groups import FIRST, a_group_of

PLACES = ({"site_id": "LDS1", "sku_id": "A"}, {"site_id": "LDS1", "sku_id": "B"})


def a_week_at(*dimensions: dict[str, str], days: int = 3) -> AnomalyGroup:
    """A group of `days` days from FIRST on."""
    return a_group_of([[60.0] * days] * len(dimensions), [[100.0] * days] * len(dimensions), dimensions=dimensions)


def days_of(first: date, last: date) -> set[date]:
    return {first + timedelta(days=day) for day in range((last - first).days + 1)}


@pytest.mark.parametrize("begin", range(-5, 6))
@pytest.mark.parametrize("length", [1, 2, 4])
def test_an_event_touches_a_group_when_they_have_a_day_in_common(begin: int, length: int) -> None:
    group = a_week_at(*PLACES)
    first = FIRST + timedelta(days=begin)
    event = KnownEvent("Promotion", "promotion", first, first + timedelta(days=length - 1))
    assert event.touches(group) == bool(days_of(event.first_day, event.last_day) & days_of(group.first_day, group.last_day))


@pytest.mark.parametrize(
    ("scope", "touches"),
    [
        ({}, True),
        ({"site_id": "LDS1"}, True),
        ({"sku_id": "B"}, True),
        ({"site_id": "LDS1", "sku_id": "A"}, True),
        ({"site_id": "LDS1", "sku_id": "C"}, False),
        ({"site_id": "lds1"}, False),
        ({"lane_id": "L1"}, False),
    ],
)
def test_an_event_touches_a_group_only_where_every_value_of_its_scope_occurs(scope: dict[str, str], touches: bool) -> None:
    assert KnownEvent("Strike", "strike", FIRST, FIRST, scope).touches(a_week_at(*PLACES)) is touches


@pytest.mark.parametrize("seed", range(10))
def test_matches_are_the_events_that_touch_in_the_order_of_days_and_names(seed: int) -> None:
    rng = np.random.default_rng(seed)
    group = a_week_at(*PLACES)
    events = []
    for number in range(12):
        first = FIRST + timedelta(days=int(rng.integers(-6, 6)))
        scope = [{}, {"site_id": "LDS1"}, {"site_id": "MAN1"}, {"sku_id": "A"}][int(rng.integers(4))]
        events.append(KnownEvent(f"E{rng.integers(3)}", str(number), first, first + timedelta(days=int(rng.integers(4))), scope))
    expected = [
        event
        for event in events
        if days_of(event.first_day, event.last_day) & days_of(group.first_day, group.last_day) and event.scope.get("site_id") != "MAN1"
    ]
    matches = match_events(group, events)
    assert sorted(event.kind for event in matches) == sorted(event.kind for event in expected)
    keys = [(event.first_day, event.last_day, event.name) for event in matches]
    assert keys == sorted(keys)


def test_an_event_of_one_day_begins_and_ends_on_it() -> None:
    assert KnownEvent("Holiday", "holiday", FIRST, FIRST).as_dict() == {
        "name": "Holiday",
        "kind": "holiday",
        "start_date": "2026-11-15",
        "end_date": "2026-11-15",
        "scope": {},
    }


def test_an_event_that_ends_before_it_begins_is_refused_by_its_name_and_days() -> None:
    with pytest.raises(InvalidValue) as error:
        KnownEvent("Stocktaking", "planned closure", date(2026, 11, 21), date(2026, 11, 20))
    assert str(error.value) == "last_day of Stocktaking is 2026-11-20: write a day from 2026-11-21 on, its first_day"
