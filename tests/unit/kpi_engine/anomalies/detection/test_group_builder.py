"""Groups of the built-in detector: what each holds, day by day and series by series."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from kpi_engine.anomalies.assessment.contributions import contribution_shares
from kpi_engine.anomalies.detection.detector import detect, detect_groups
from kpi_engine.anomalies.group import AnomalyGroup
from kpi_engine.anomalies.kind import NO_KIND, AnomalyKind
from kpi_engine.shared.errors import DuplicateKeys
from tests.unit.kpi_engine.anomalies.detection.panels import FIRST, NAN, a_panel, a_week


def kind_names(group: AnomalyGroup) -> list[list[str | None]]:
    return [[kind and str(kind) for kind in map(AnomalyKind.from_code, row)] for row in group.series.kinds.tolist()]


def test_a_group_keeps_the_kind_of_each_day_and_series() -> None:
    (group,) = detect_groups(a_panel(a_week(d2=0, d3=60), a_week(d3=60)))
    assert kind_names(group) == [["ZERO_DEMAND", "VOLUME_DROP"], [None, "VOLUME_DROP"]]
    assert group.reported_kind is None


def test_a_group_whose_days_are_all_of_one_kind_reports_it() -> None:
    (group,) = detect_groups(a_panel(a_week(d3=60, d4=50), a_week(d3=60)))
    assert group.reported_kind is AnomalyKind.VOLUME_DROP


def test_a_member_has_values_on_its_own_anomalous_days_alone() -> None:
    (group,) = detect_groups(a_panel(a_week(d3=60, d4=50), a_week(d3=60), capacity=np.full((2, 7), 120.0)))
    np.testing.assert_equal(group.series.days.actual, [[60, 50], [60, NAN]])
    np.testing.assert_equal(group.series.days.expected, [[100, 100], [100, NAN]])
    np.testing.assert_equal(group.series.days.lower, [[90, 90], [90, NAN]])
    np.testing.assert_equal(group.series.days.upper, [[110, 110], [110, NAN]])
    np.testing.assert_equal(group.series.capacity, [[120, 120], [120, NAN]])
    assert np.isnan(group.series.orders).all()
    assert group.series.has_interval


def test_a_group_lasts_from_its_first_to_its_last_day_in_local_time() -> None:
    zone = ZoneInfo("Europe/Berlin")
    (group,) = detect_groups(a_panel(a_week(d3=60, d4=60)), zone)
    assert (group.first_day, group.last_day) == (date(2026, 11, 18), date(2026, 11, 19))
    assert (group.start, group.end) == (datetime(2026, 11, 17, 23, tzinfo=UTC), datetime(2026, 11, 18, 23, tzinfo=UTC))
    assert group.series.instants == (group.start, group.end)


def test_the_score_of_a_group_is_its_highest() -> None:
    (group,) = detect_groups(a_panel(a_week(d3=70, d4=60)))
    (alone,) = detect_groups(a_panel(a_week(d4=60)))
    assert group.score == alone.score > detect_groups(a_panel(a_week(d3=70)))[0].score


def test_a_group_keeps_its_id_while_members_and_first_day_stay() -> None:
    first, longer, later, wider = (
        detect_groups(a_panel(*weeks))[0].id
        for weeks in ([a_week(d3=60)], [a_week(d3=60, d4=50)], [a_week(d4=60)], [a_week(d3=60), a_week(d3=60)])
    )
    assert first == longer
    assert len({first, later, wider}) == 3


def test_a_rise_and_a_fall_of_the_same_members_from_the_same_day_on_have_different_ids() -> None:
    weeks = [a_week(d3=60, d4=140), a_week(d3=60, d4=140)]
    groups = [*detect_groups(a_panel(*weeks)), *detect_groups(a_panel(*weeks[::-1], first_day=FIRST + timedelta(days=1)))]
    assert [group.values_of("sku_id") for group in groups] == [("SKU-0", "SKU-1")] * 4
    assert len({group.id for group in groups}) == 4


def test_a_quantity_beyond_what_a_float_counts_exactly_is_missing_in_the_group() -> None:
    (group,) = detect_groups(a_panel(a_week(d3=1e17)))
    assert np.isnan(group.series.days.actual).all()


@pytest.mark.parametrize("seed", range(10))
def test_the_groups_cover_every_reported_day_and_no_other(seed: int) -> None:
    generator = np.random.default_rng(seed)
    weeks = np.where(generator.random((12, 7)) < 0.2, generator.choice([40.0, 160.0, 0.0, NAN], (12, 7)), 100.0)
    panel = a_panel(*weeks.tolist(), sites=[f"S{row % 3}" for row in range(12)])
    is_reported = detect(panel).is_reported
    skus = [member["sku_id"] for member in panel.dimensions]
    days_in_groups: list[tuple[str, date]] = []
    for group in detect_groups(panel):
        assert len({np.sign(value) for value in group.series.days.residual.ravel() if not np.isnan(value)}) <= 1
        for member, kinds in zip(group.series.dimensions, group.series.kinds, strict=True):
            for moment, kind in zip(group.series.instants, kinds, strict=True):
                if kind != NO_KIND:
                    days_in_groups.append((member["sku_id"], moment.date()))
    cells = {(skus[row], panel.first_day + timedelta(days=int(day))) for row, day in zip(*np.nonzero(is_reported), strict=True)}
    assert sorted(days_in_groups) == sorted(cells)


def test_a_jump_of_a_member_is_no_part_of_a_fall_around_it() -> None:
    """The site falls on two days; one of its SKUs jumps on the second."""
    groups = detect_groups(a_panel(a_week(d3=60, d4=60), a_week(d3=60, d4=60), a_week(d3=60, d4=60), a_week(d3=60, d4=300)))
    fall, rise = sorted(groups, key=lambda group: sum(group.series.member_deltas()))
    assert fall.scope == {"site_id": "LDS1"}
    assert (fall.values_of("sku_id"), fall.series.member_deltas()) == (("SKU-0", "SKU-1", "SKU-2", "SKU-3"), [-80, -80, -80, -40])
    assert (rise.values_of("sku_id"), rise.series.member_deltas()) == (("SKU-3",), [200])
    shares = contribution_shares(fall, "sku_id")  # the site is 80 units down: 80 for each of three, and 160 up for the fourth
    assert shares == {"SKU-3": -200, "SKU-0": 100, "SKU-1": 100, "SKU-2": 100}
    assert contribution_shares(rise, "sku_id") == {"SKU-3": 100}


def test_two_series_with_the_same_dimensions_are_an_error() -> None:
    dimensions = [{"site_id": "LDS1", "sku_id": "SKU-1"}] * 2
    with pytest.raises(DuplicateKeys, match="SKU-1"):
        detect_groups(a_panel(a_week(d3=60), a_week(d3=50), dimensions=dimensions))
