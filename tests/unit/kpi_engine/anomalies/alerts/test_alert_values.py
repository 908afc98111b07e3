"""Every field of an alert against a loop over the series of its group, in any time zone."""

from __future__ import annotations

import math
import string
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from kpi_engine.anomalies.alerts.actions import ADVICE, LOOK, recommend_action
from kpi_engine.anomalies.alerts.alert import Alert
from kpi_engine.anomalies.alerts.deduplication import CATEGORIES, EarlierAlert, build_dedupe_key, deduplicate
from kpi_engine.anomalies.alerts.observed_change import ObservedChange
from kpi_engine.anomalies.alerts.title import name_kind, write_title
from kpi_engine.anomalies.assessment.assessed_anomaly import AssessedAnomaly
from kpi_engine.anomalies.group import AnomalyGroup
from kpi_engine.anomalies.kind import AnomalyKind
from kpi_engine.anomalies.terms import Severity
from kpi_engine.anomalies.window import Window
from kpi_engine.anomaly_detection import AnomalyDetectionEngine
from tests.unit.kpi_engine.anomalies.assessment.groups import FIRST, a_group_of

NAN = float("nan")
WINDOW = Window.ending(FIRST + timedelta(days=6), 14)


def assess(group: AnomalyGroup) -> AssessedAnomaly:
    (anomaly,) = AnomalyDetectionEngine().assess([group], WINDOW).anomalies
    return anomaly


def alert_of(group: AnomalyGroup, key: str = "0123456789abcdef0123", zone: Any = UTC) -> Alert:
    return Alert.of(assess(group), WINDOW, zone, key)


def a_random_group(seed: int, measure: str = "demand") -> AnomalyGroup:
    rng = np.random.default_rng(seed)
    shape = (int(rng.integers(1, 5)), int(rng.integers(1, 6)))
    expected = rng.integers(40, 160, shape).astype(float)
    actual = np.round(expected * rng.uniform(0.3, 1.7, shape))
    actual[rng.random(shape) < 0.25] = np.nan
    expected[rng.random(shape) < 0.1] = np.nan
    actual[0, 0], expected[0, 0] = 7.0, 90.0
    return a_group_of(actual.tolist(), expected.tolist(), measure=measure, lower=(expected * 0.9).tolist(), upper=(expected * 1.2).tolist())


@pytest.mark.parametrize("measure", ["demand", "otif"])
@pytest.mark.parametrize("seed", range(12))
def test_expected_actual_and_bounds_equal_a_loop_over_the_known_days(seed: int, measure: str) -> None:
    group = a_random_group(seed, measure)
    anomaly = assess(group)
    days = group.series.days
    cells = [
        (days.expected[row, day], days.actual[row, day], days.lower[row, day], days.upper[row, day])
        for row, day in np.ndindex(days.actual.shape)
        if not math.isnan(days.actual[row, day]) and not math.isnan(days.expected[row, day])
    ]
    divisor = len(cells) if anomaly.kind is AnomalyKind.SERVICE_DROP else 1
    expected, actual, lower, upper = (sum(values) / divisor for values in zip(*cells, strict=True))
    change = ObservedChange.of(anomaly)
    assert [change.expected, change.actual] == pytest.approx([expected, actual])
    assert [change.lower, change.upper] == pytest.approx([lower, upper])
    assert change.change_percent == pytest.approx(100 * (actual - expected) / expected)


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("kind", [*AnomalyKind, None])
def test_every_kind_has_its_advice_and_every_severity_its_deadline(kind: AnomalyKind | None, severity: Severity) -> None:
    action = recommend_action(kind, severity, FIRST)
    days = {"CRITICAL": 1, "HIGH": 2, "MEDIUM": 5, "LOW": 7}[severity]
    role, text = ADVICE[kind] if kind else LOOK
    assert action.as_dict() == {"action": text, "owner_role": role, "deadline": (FIRST + timedelta(days=days)).isoformat()}


def test_the_id_of_an_alert_is_the_first_16_digits_of_its_key() -> None:
    assert alert_of(a_group_of([[60]], [[100]])).id == "alert-0123456789abcdef"


def test_an_alert_is_seen_once_on_the_last_day_of_its_window() -> None:
    alert = alert_of(a_group_of([[60]], [[100]]))
    assert (alert.first_seen, alert.last_seen, alert.occurrence_count) == (WINDOW.end, WINDOW.end, 1)
    assert alert.group_ids == ("g1",)


@pytest.mark.parametrize(("last_known", "days_behind"), [(5, 0), (3, 2), (0, 5)])
def test_the_freshness_counts_the_days_of_the_group_after_the_last_one_with_data(last_known: int, days_behind: int) -> None:
    actual = [60.0 if day <= last_known else NAN for day in range(6)]
    document: Any = alert_of(a_group_of([actual], [[100] * 6])).as_dict()
    assert document["data_freshness"] == {
        "last_day_with_data": (FIRST + timedelta(days=last_known)).isoformat(),
        "days_behind": days_behind,
    }


def test_a_group_without_any_data_has_no_freshness() -> None:
    document: Any = alert_of(a_group_of([[NAN, NAN]], [[100, 100]])).as_dict()
    assert document["data_freshness"] == {"last_day_with_data": None, "days_behind": None}


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Kiritimati"])
def test_local_times_and_utc_times_of_an_alert_are_the_same_instants(zone: str) -> None:
    group = a_group_of([[60, 50]], [[100, 100]])
    document: Any = alert_of(group, zone=ZoneInfo(zone)).as_dict()
    when = document["when"]
    for name, moment in (("start", group.start), ("end", group.end)):
        assert datetime.fromisoformat(when[f"local_{name}"]) == datetime.fromisoformat(when[f"utc_{name}"]) == moment
        assert datetime.fromisoformat(when[f"local_{name}"]).utcoffset() == moment.astimezone(ZoneInfo(zone)).utcoffset()
        assert when[f"utc_{name}"].endswith("Z")
    assert when["local"]["time_zone"] == zone


@pytest.mark.parametrize("kind", AnomalyKind)
def test_a_kind_is_written_in_words_without_a_sign_of_the_code(kind: AnomalyKind) -> None:
    for direction in (-1, 0, 1):
        name = name_kind(kind, direction)
        assert set(name) <= set(string.ascii_letters + " ")
        assert name[0].isupper()
        has_direction = name.endswith((" up", " down"))
        assert has_direction == (direction != 0 and kind in (AnomalyKind.LEVEL_SHIFT, AnomalyKind.TREND_BREAK))


@pytest.mark.parametrize("seed", range(8))
def test_the_percentage_of_a_title_is_the_change_of_the_alert_in_whole_percent(seed: int) -> None:
    anomaly = assess(a_random_group(seed))
    change = ObservedChange.of(anomaly)
    assert change.change_percent is not None
    whole = round(change.change_percent)
    sign = "−" if whole < 0 else "+" if whole > 0 else ""
    assert f" {sign}{abs(whole)} % " in write_title(anomaly, change)


def test_the_key_is_the_same_whatever_the_score_the_id_the_kind_and_the_last_day() -> None:
    group = a_group_of([[60]], [[100]])
    same_anomalies = [
        group,
        replace(group, id="other"),
        replace(group, score=99.0),
        replace(group, reported_kind=AnomalyKind.LEVEL_SHIFT),
        replace(group, last_day=FIRST + timedelta(days=3)),
        a_group_of([[60, 40]], [[100, 100]]),
    ]
    assert len({build_dedupe_key(assess(each)) for each in same_anomalies}) == 1


@pytest.mark.parametrize(
    "other",
    [
        a_group_of([[150]], [[100]]),
        a_group_of([[60]], [[100]], dimensions=({"sku_id": "SKU-1"},)),
        a_group_of([[60]], [[100]], dimensions=({"site_id": "SKU-0"},)),
        a_group_of([[60]], [[100]], measure="returns"),
        a_group_of([[NAN]], [[100]]),
        replace(a_group_of([[60]], [[100]]), first_day=FIRST + timedelta(days=1)),
    ],
    ids=["direction", "SKU", "dimension", "measure", "gap", "first day"],
)
def test_the_key_differs_by_what_makes_another_anomaly(other: AnomalyGroup) -> None:
    assert build_dedupe_key(assess(other)) != build_dedupe_key(assess(a_group_of([[60]], [[100]])))


def test_the_key_of_a_group_follows_its_top_contributor() -> None:
    first_leads, second_leads = a_group_of([[10], [90]], [[100], [100]]), a_group_of([[90], [10]], [[100], [100]])
    assert build_dedupe_key(assess(first_leads)) == build_dedupe_key(assess(a_group_of([[30]], [[100]])))
    assert build_dedupe_key(assess(second_leads)) != build_dedupe_key(assess(first_leads))


def test_kinds_of_other_categories_are_the_gap_the_breach_and_the_service() -> None:
    assert set(CATEGORIES) == {AnomalyKind.DATA_GAP, AnomalyKind.CAPACITY_BREACH, AnomalyKind.SERVICE_DROP}
    assert len(set(CATEGORIES.values())) == 3


def earlier_alerts(seed: int, size: int = 8) -> list[EarlierAlert]:
    """Alerts of earlier reports that share keys and groups with each other and with the alert under test now and then."""
    rng = np.random.default_rng(seed)
    return [
        EarlierAlert(
            dedupe_key=[None, "key", "k1", "k2"][int(rng.integers(4))],
            group_ids=tuple(f"g{number}" for number in rng.choice(6, int(rng.integers(0, 3)), replace=False)),
            first_seen=None if rng.random() < 0.3 else date(2026, 11, int(rng.integers(1, 20))),
            occurrence_count=None if rng.random() < 0.3 else int(rng.integers(1, 9)),
        )
        for _ in range(size)
    ]


@pytest.mark.parametrize("seed", range(30))
def test_an_alert_continues_exactly_the_earlier_ones_that_share_its_key_or_a_group(seed: int) -> None:
    previous = earlier_alerts(seed)
    alert = alert_of(a_group_of([[60]], [[100]]), key="key")
    (result,) = deduplicate([alert], previous)
    matches = [each for each in previous if each.dedupe_key == "key" or "g1" in each.group_ids]
    counts = [each.occurrence_count for each in matches if each.occurrence_count is not None]
    first_days = [each.first_seen for each in matches if each.first_seen is not None]
    assert result.occurrence_count == (max(counts, default=1) + 1 if matches else 1)
    assert result.first_seen == min([WINDOW.end, *first_days])
    assert result.last_seen == WINDOW.end
    assert set(result.group_ids) == {"g1"}.union(*(each.group_ids for each in matches))
    assert result.dedupe_key == min((each.dedupe_key or "key" for each in matches), default="key")


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_earlier_alerts_does_not_matter(seed: int) -> None:
    previous, alert = earlier_alerts(seed), alert_of(a_group_of([[60]], [[100]]), key="key")
    (one,), (other,) = deduplicate([alert], previous), deduplicate([alert], previous[::-1])
    assert one.as_dict() == other.as_dict()


def test_alerts_of_one_key_become_the_first_with_the_groups_of_all() -> None:
    alerts = [alert_of(a_group_of([[60]], [[100]], id=name), key="key") for name in ("c", "a", "b")]
    (result,) = deduplicate(alerts, [])
    assert result.group_ids == ("a", "b", "c")
    assert result.anomaly.group.id == "c"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({}, EarlierAlert(None, (), None, None)),
        ({"dedupe_key": ""}, EarlierAlert(None, (), None, None)),
        ({"dedupe_key": 7, "group_ids": (1, "b")}, EarlierAlert("7", ("1", "b"), None, None)),
        ({"group_ids": "g1"}, EarlierAlert(None, (), None, None)),
        ({"first_seen": "2026-11-21T10:00:00Z"}, EarlierAlert(None, (), date(2026, 11, 21), None)),
        ({"first_seen": date(2026, 11, 21)}, EarlierAlert(None, (), date(2026, 11, 21), None)),
        ({"first_seen": "21 Nov"}, EarlierAlert(None, (), None, None)),
        ({"occurrence_count": "4"}, EarlierAlert(None, (), None, 4)),
        ({"occurrence_count": 2.9}, EarlierAlert(None, (), None, 2)),
        ({"occurrence_count": 0}, EarlierAlert(None, (), None, 1)),
        ({"occurrence_count": True}, EarlierAlert(None, (), None, None)),
        ({"occurrence_count": float("inf")}, EarlierAlert(None, (), None, None)),
    ],
)
def test_what_cannot_be_read_of_an_earlier_alert_is_none(document: dict[str, Any], expected: EarlierAlert) -> None:
    assert EarlierAlert.parse(document) == expected


def test_an_alert_that_is_read_back_is_the_same_alert() -> None:
    alert = alert_of(a_group_of([[60]], [[100]]), key="key")
    assert EarlierAlert.parse(alert.as_dict()) == EarlierAlert("key", ("g1",), WINDOW.end, 1)
