"""Attribution to causes: against an exhaustive search in plain loops, and on events that were planted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest

from kpi_engine.anomalies.assessment.contributions import contribution_shares
from kpi_engine.anomalies.daily_values import DailyValues
from kpi_engine.anomalies.detection.attribution import Evidence, attribute
from kpi_engine.anomalies.detection.detector import detect_groups
from kpi_engine.anomalies.detection.panel import DetectionPanel
from kpi_engine.anomalies.detection.scopes import list_scope_sets
from kpi_engine.anomalies.group import AnomalyGroup
from kpi_engine.shared.arrays import Floats
from tests.unit.kpi_engine.anomalies.detection.panels import FIRST

DAYS, PAST_DAYS = 7, 49
Cell = tuple[int, int]
Member = dict[str, str]


def naive_sets(members: Sequence[Member]) -> list[dict[tuple[str, ...], set[int]]]:
    """For each set of up to two dimensions the series of each combination of its values."""
    names = sorted({name for member in members for name in member})
    sets: dict[tuple[str, ...], dict[tuple[str, ...], set[int]]] = {}
    for dimensions in [(), *((name,) for name in names), *combinations(names, 2)]:
        scopes: dict[tuple[str, ...], set[int]] = {}
        for row, member in enumerate(members):
            scopes.setdefault(tuple(member[name] for name in dimensions), set()).add(row)
        sets[dimensions] = scopes
    n_values = {dimensions: len(scopes) for dimensions, scopes in sets.items()}
    return [
        {dimensions + values: rows for values, rows in scopes.items()}
        for dimensions, scopes in sets.items()
        if max(map(len, scopes.values())) > 1
        and (len(dimensions) < 2 or n_values[dimensions] > max(n_values[(name,)] for name in dimensions))
        and (dimensions or (len(members) >= 3 and 1 not in [n_values[(name,)] for name in names]))
    ]


def naive_usual(past: Floats, rows: set[int]) -> tuple[float, float]:
    """Mean and spread of the sums of some series, by medians of plain lists."""
    days = [[max(-3.0, min(3.0, past[row, day])) for row in rows if not math.isnan(past[row, day])] for day in range(past.shape[1])]
    days = [values for values in days if values]
    if not days:
        return 0.0, 1.0
    mean = float(np.median([sum(values) / len(values) for values in days]))
    sums = [abs(sum(values) - len(values) * mean) / math.sqrt(len(values)) for values in days]
    variance = (1.4826 * float(np.median(sums))) ** 2
    return mean, math.sqrt(max(1.0, (len(days) * variance + 7) / (len(days) + 7)))


def naive_ratio(z: Floats, cells: Sequence[Cell], mean: float, spread: float) -> float:
    y = (sum(max(-3.0, min(3.0, z[cell])) for cell in cells) - len(cells) * mean) / (spread * math.sqrt(len(cells))) if cells else 0.0
    return max(y, 0.0) ** 2 / 2


def naive_trim(z: Floats, cells: Sequence[Cell], first: int, last: int, mean: float, reports: set[Cell]) -> tuple[int, int]:
    """Days at the ends of a run are left out while their mean is below half of the highest."""
    means = {}
    for day in range(first, last + 1):
        values = [max(-3.0, min(3.0, z[cell])) for cell in cells if cell[1] == day]
        means[day] = sum(values) / max(len(values), 1) - mean
    core = [day for day in means if means[day] >= max(means.values()) / 2]
    has_report = any(core[0] <= cell[1] <= core[-1] for cell in set(cells) & reports)
    return (core[0], core[-1]) if has_report else (first, last)


def naive_causes(members: Sequence[Member], z: Floats, past: Floats, reports: set[Cell]) -> list[tuple[Any, int, int, set[Cell]]]:
    """Every scope and run of days is tried again after every cause."""
    n_series, n_days = z.shape
    is_open = {(row, day) for row, day in product(range(n_series), range(n_days)) if not math.isnan(z[row, day])}
    ln_runs = math.log(n_days * (n_days + 1) / 2)
    runs = [(first, last) for first in range(n_days) for last in range(first, n_days)]
    usual = {key: naive_usual(past, rows) for scopes in naive_sets(members) for key, rows in scopes.items() if len(rows) > 1}
    causes = []
    while True:
        options = []
        for number, scopes in enumerate(naive_sets(members)):
            for key, rows in scopes.items():
                for wanted_cells, chance in (
                    ((reports, 20 * len(scopes)), (is_open, 50 * (len(scopes) if len(key) == 4 else 1))) if len(rows) > 1 else ()
                ):
                    candidates = []
                    for first, last in runs:
                        cells = sorted(cell for cell in is_open if cell[0] in rows and first <= cell[1] <= last)
                        if set(cells) & wanted_cells:
                            candidates.append((-naive_ratio(z, cells, *usual[key]), first, last, cells))
                    if candidates and min(candidates)[0] < 0:
                        ratio, first, last, cells = min(candidates)
                        first, last = naive_trim(z, cells, first, last, usual[key][0], wanted_cells)
                        cells = [cell for cell in cells if first <= cell[1] <= last]
                        options.append((ratio + math.log(chance) + ln_runs, number, key, first, last, cells))
        for negative_score, _, key, first, last, cells in sorted(options):
            singles = sorted({row for row, day in set(cells) & reports})
            single_scores = 0.0
            for row in singles:
                best = max(
                    naive_ratio(z, [(row, day) for day in range(begin, end + 1) if (row, day) in is_open], 0.0, 1.0)
                    for begin, end in runs
                    if first <= begin and end <= last and any((row, day) in reports & is_open for day in range(begin, end + 1))
                )
                single_scores += max(0.0, best - 2 * (math.log(n_series) + ln_runs))
            shifted_cells = {cell for cell in cells if z[cell] >= 0.5}
            is_common = len(singles) >= 3 or 2 * len(shifted_cells) > len(cells)
            if negative_score < 0 and -negative_score > single_scores and is_common:
                causes.append((key, first, last, shifted_cells))
                is_open -= set(cells)
                break
        else:
            return causes


def random_evidence(seed: int) -> tuple[list[Member], Evidence]:
    """Noise in 12 series of 3 sites, 4 SKUs and 2 categories, with one or two shifts of a random scope."""
    generator = np.random.default_rng(seed)
    members = [{"site_id": site, "sku_id": f"SKU-{sku}", "category_l1": "AB"[sku % 2]} for site in "123" for sku in range(4)]
    z, past = generator.normal(0, 1, (12, DAYS)), generator.normal(0, 1, (12, PAST_DAYS)) + generator.normal(0, 0.5, PAST_DAYS)
    for _ in range(generator.integers(1, 3)):
        name = str(generator.choice(["site_id", "sku_id", "category_l1"]))
        value = members[int(generator.integers(12))][name]
        first = int(generator.integers(0, DAYS - 1))
        rows = [row for row, member in enumerate(members) if member[name] == value]
        z[rows, first : first + 2] += generator.uniform(1.5, 4.0)
    z[generator.random(z.shape) < 0.05] = np.nan
    return members, Evidence(z, past, np.nan_to_num(z) >= 3)


@pytest.mark.parametrize("seed", range(25))
def test_common_causes_are_those_of_an_exhaustive_search(seed: int) -> None:
    members, evidence = random_evidence(seed)
    reports = {(int(row), int(day)) for row, day in zip(*np.nonzero(evidence.is_reported), strict=True)}
    causes = attribute(evidence, list_scope_sets(members))
    common = [
        (
            tuple(cause.scope) + tuple(cause.scope.values()),
            cause.first,
            cause.last,
            set(zip(cause.series.tolist(), cause.day.tolist(), strict=True)),
        )
        for cause in causes
        if cause.scope is not None
    ]
    assert common == naive_causes(members, evidence.z, evidence.past_z, reports)


@pytest.mark.parametrize("seed", range(25))
def test_every_reported_day_belongs_to_exactly_one_cause(seed: int) -> None:
    members, evidence = random_evidence(seed)
    causes = attribute(evidence, list_scope_sets(members))
    cells = [cell for cause in causes for cell in zip(cause.series.tolist(), cause.day.tolist(), strict=True)]
    assert len(cells) == len(set(cells))
    assert {(int(row), int(day)) for row, day in zip(*np.nonzero(evidence.is_reported), strict=True)} <= set(cells)


def plant(seed: int, *events: tuple[Member, int, int, float]) -> DetectionPanel:
    """Five sites with 12 SKUs of 4 categories, negative-binomial demand; each event multiplies a scope on days first..last."""
    generator = np.random.default_rng(seed)
    dimensions = [{"site_id": f"S{site}", "sku_id": f"SKU-{sku:02}"} for site in range(5) for sku in range(12)]
    attributes = [{"category_l1": f"C{number % 12 % 4}"} for number in range(60)]
    level = generator.uniform(60, 300, (60, 1)) * np.ones(PAST_DAYS + DAYS)
    values = generator.poisson(generator.gamma(80, level / 80)).astype(float)
    for scope, first, last, factor in events:
        rows = [row for row in range(60) if scope.items() <= {**dimensions[row], **attributes[row]}.items()]
        values[np.ix_(rows, range(PAST_DAYS + first, PAST_DAYS + last + 1))] *= factor
    spread = 1.2816 * np.sqrt(level + level**2 / 80)
    past, days = (
        DailyValues.of(values[:, part], level[:, part], level[:, part] - spread[:, part], level[:, part] + spread[:, part])
        for part in (slice(0, PAST_DAYS), slice(PAST_DAYS, None))
    )
    return DetectionPanel("demand", dimensions, FIRST, days, past, np.zeros(60, dtype=np.bool_), attributes=attributes)


def name(group: AnomalyGroup) -> tuple[Any, int, int]:
    return group.scope, (group.first_day - FIRST).days, (group.last_day - FIRST).days


def check_groups(groups: Sequence[AnomalyGroup]) -> None:
    """No value in two groups, one direction in each, and contributions that are whole."""
    cells = []
    for group in groups:
        residual = group.series.days.residual
        assert len(np.unique(np.sign(residual[~np.isnan(residual)]))) == 1
        for dimension in ("site_id", "sku_id", "category_l1"):
            assert sum(contribution_shares(group, dimension).values()) == pytest.approx(100)
        for row, day in zip(*np.nonzero(~np.isnan(residual)), strict=True):
            member = group.series.dimensions[row]
            if member.keys() >= {"site_id", "sku_id"}:  # or it is a total
                cells.append((member["site_id"], member["sku_id"], group.first_day + timedelta(days=int(day))))
    assert len(cells) == len(set(cells))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "scope", [{"site_id": "S2"}, {"category_l1": "C1"}, {"sku_id": "SKU-07"}, {"site_id": "S1", "category_l1": "C3"}, {}]
)
@pytest.mark.parametrize("factor", [1.6, 0.4])
def test_a_planted_event_is_one_group_with_its_scope_and_its_days(seed: int, scope: Member, factor: float) -> None:
    groups = detect_groups(plant(seed, (scope, 2, 3, factor)))
    assert [name(group) for group in groups if len(group.series.dimensions) > 1] == [(dict(sorted(scope.items())), 2, 3)]
    check_groups(groups)


@pytest.mark.parametrize("seed", range(6))
def test_two_events_that_overlap_are_two_groups_that_share_no_value(seed: int) -> None:
    groups = detect_groups(plant(seed, ({"site_id": "S2"}, 2, 3, 1.8), ({"sku_id": "SKU-07"}, 1, 4, 2.2)))
    common = {tuple(group.scope.items()): group for group in groups if group.scope and len(group.series.dimensions) > 1}
    assert set(common) == {(("site_id", "S2"),), (("sku_id", "SKU-07"),)}
    check_groups(groups)


@pytest.mark.parametrize("seed", range(6))
def test_a_rise_of_a_site_and_a_fall_of_a_sku_are_groups_of_their_own(seed: int) -> None:
    groups = detect_groups(plant(seed, ({"site_id": "S2"}, 2, 3, 1.8), ({"sku_id": "SKU-07"}, 2, 3, 0.3)))
    common = [name(group) for group in groups if len(group.series.dimensions) > 1]
    assert common == [({"sku_id": "SKU-07"}, 2, 3), ({"site_id": "S2"}, 2, 3)]
    check_groups(groups)
