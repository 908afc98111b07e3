"""Profiles of single series: what is excluded and why, and where days are unknown."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from forecast_engine.exclusions import Exclusion, ExclusionCode
from forecast_engine.panel import Panel, SeriesKey
from glue_jobs.series_profiles import MOST_EXCLUDED, series_document

DAYS = 30


def a_panel(*rows: list[float], behind: list[int] | None = None) -> Panel:
    keys = tuple(SeriesKey("LDS1", f"SKU-{number}") for number in range(len(rows)))
    return Panel(np.array(rows), date(2026, 11, 1), keys, None if behind is None else np.array(behind))


def profiles_by_sku(panel: Panel, *exclusions: Exclusion) -> dict[str, Any]:
    return {profile["sku_id"]: profile for profile in series_document("r1", panel, exclusions)["profiles"]}


def test_a_series_without_unknown_days_is_counted_and_not_listed() -> None:
    document = series_document("r1", a_panel([5.0] * DAYS), ())
    assert (document["series"], document["excluded"], document["profiles"]) == (1, 0, [])


def test_the_figures_of_a_series_are_those_of_its_days() -> None:
    gap = float("nan")
    # Five days before its first demand, a gap of two, four quiet days, one outlier, and three days that have not come.
    row = [gap] * 5 + [5.0, 6.0, 5.0, gap, gap, 6.0, 5.0, 0.0, 0.0, 0.0, 0.0, 500.0, 6.0, 5.0, 6.0, 5.0, 6.0, 0.0, 5.0, 6.0]
    row += [5.0, 6.0] + [gap] * 3
    profile = profiles_by_sku(a_panel(row, behind=[3]))["SKU-0"]
    assert {name: profile[name] for name in ("history_days", "demand_days", "unknown_days", "days_behind", "quiet_days", "outliers")} == {
        "history_days": 22,
        "demand_days": 15,
        "unknown_days": 2,
        "days_behind": 3,
        "quiet_days": 4,
        "outliers": 1,
    }
    assert (profile["demand_class"], profile["code"]) == ("LUMPY", None)


def test_excluded_series_come_first_with_their_reason_and_then_those_with_the_most_unknown_days() -> None:
    gap = float("nan")
    rows = [[5.0] * 10 + [gap] * count + [5.0] * (20 - count) for count in (1, 0, 7, 3)]
    exclusion = Exclusion(SeriesKey("LDS1", "SKU-1"), ExclusionCode.TOO_SHORT, "30 days of history; 56 are needed")
    profiles = profiles_by_sku(a_panel(*rows), exclusion)
    assert list(profiles) == ["SKU-1", "SKU-2", "SKU-3", "SKU-0"]
    assert (profiles["SKU-1"]["code"], profiles["SKU-1"]["reason"]) == ("TOO_SHORT", "30 days of history; 56 are needed")


def test_many_excluded_series_are_counted_by_reason_and_the_first_are_listed() -> None:
    count = MOST_EXCLUDED + 20
    panel = a_panel(*([[0.0] * DAYS] * count))
    document = series_document("r1", panel, [Exclusion(key, ExclusionCode.DISCONTINUED, "quiet") for key in panel.series])
    assert (document["excluded"], document["excluded_by_reason"], len(document["profiles"])) == (
        count,
        {"DISCONTINUED": count},
        MOST_EXCLUDED,
    )
    assert document["profiles"][0]["demand_class"] is None


def test_the_order_of_the_panel_does_not_change_the_document() -> None:
    gap = float("nan")
    rows = [[5.0, gap, gap, *[5.0] * (DAYS - 3)]] * 3 + [[0.0] * DAYS] * 2
    keys = tuple(SeriesKey("LDS1", f"SKU-{number}") for number in range(len(rows)))
    exclusions = [Exclusion(key, ExclusionCode.DISCONTINUED, "quiet") for key in keys[3:]]
    documents = [series_document("r1", Panel(np.array(rows[::step]), date(2026, 11, 1), keys[::step]), exclusions) for step in (1, -1)]
    assert documents[0] == documents[1]
    assert [profile["sku_id"] for profile in documents[0]["profiles"]] == ["SKU-3", "SKU-4", "SKU-0", "SKU-1", "SKU-2"]
