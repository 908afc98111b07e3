"""What the engine concludes from the facts of a run, and what it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from kpi_engine.insights.engine import DAYS_TO_ACT, Insight, derive_insights
from kpi_engine.insights.explanation import explain
from kpi_engine.insights.facts import FileFacts, PartName, RunFacts, SeriesChange, SkuAccuracy
from kpi_engine.insights.finding import Occurrence
from kpi_engine.insights.scores import fingerprint
from kpi_engine.insights.terms import InsightCategory, Priority
from kpi_engine.insights.validation import find_faults
from tests.unit.kpi_engine.insights.facts import AS_OF, a_feed, a_quality, a_run, an_accuracy, an_anomaly

BAD_FILE = FileFacts("landing/orders/v1/try2.csv", "orders", 100, 12, {"TYPE": 8, "RANGE": 4})


def derive_one(facts: RunFacts) -> Insight:
    (insight,) = derive_insights(facts).insights
    return insight


EVERY_RULE = {
    "gate_refused.v1": a_run(refusal="50 % are quarantined", quality=replace(a_quality(files=(BAD_FILE,)), quarantined=12)),
    "late_source.v1": a_run(quality=a_quality(a_feed("LDS1", days_behind=3), a_feed("NTH2"))),
    "bad_rows.v1": a_run(quality=a_quality(files=(BAD_FILE,))),
    "rejected_file.v1": a_run(quality=replace(a_quality(), rejected_files=(replace(BAD_FILE, codes={"NO_USABLE_ROWS": 100}),))),
    "anomaly_group.v2": a_run(anomalies=(an_anomaly(),)),
    "accuracy_worse.v1": a_run(
        accuracy=(an_accuracy(lead_days=7, first_day=date(2026, 11, 22), usual_wape=15.0, usual_count=9, skill=None),)
    ),
    "no_value_added.v1": a_run(accuracy=(an_accuracy(),)),
    "biased_skus.v1": a_run(accuracy=(an_accuracy(),)),
    "interval_calibration.v1": a_run(accuracy=(an_accuracy(),)),
}


@pytest.mark.parametrize("rule", sorted(EVERY_RULE))
def test_every_finding_explains_itself_without_a_number_of_its_own(rule: str) -> None:
    facts = EVERY_RULE[rule]
    matches = [each for each in derive_insights(facts).insights if each.finding.rule.id == rule]
    assert matches, [each.finding.rule.id for each in derive_insights(facts).insights]
    for insight in matches:
        assert find_faults(explain(insight, facts, [])) == []


@pytest.mark.parametrize(
    ("rule", "occurrence"),
    [
        ("anomaly_group.v2", Occurrence(date(2026, 11, 28))),
        ("no_value_added.v1", Occurrence(date(2026, 11, 1), is_larger_new=True)),
        ("biased_skus.v1", Occurrence(date(2026, 11, 1), is_larger_new=True)),
        ("bad_rows.v1", Occurrence(is_larger_new=True)),
        ("late_source.v1", None),
    ],
)
def test_a_finding_about_what_has_passed_says_what_would_be_new(rule: str, occurrence: Occurrence | None) -> None:
    assert [each.finding.occurrence for each in derive_insights(EVERY_RULE[rule]).insights if each.finding.rule.id == rule] == [occurrence]


def test_a_parent_is_as_new_as_its_newest_child() -> None:
    days = (date(2026, 11, 27), date(2026, 11, 28))
    anomalies = tuple(an_anomaly(group_id=str(day), last_day=day, sku_ids=("S",), scope=None) for day in days)
    [parent] = derive_insights(a_run(anomalies=anomalies)).insights
    assert (len(parent.finding.children), parent.finding.occurrence) == (2, Occurrence(days[1]))


def test_a_rise_at_one_site_is_one_insight_with_its_units_cause_and_alternatives() -> None:
    facts = a_run(anomalies=(an_anomaly(),))
    insight = derive_one(facts)
    assert insight.finding.headline == "Demand 60 % above forecast at site LDS1, 2 SKUs, 27–28 Nov"
    assert insight.finding.cause == "SKU 00417 makes 75.0 % of the change"
    explanation = explain(insight, facts, [])
    assert [(each["key"], each["contribution_units"], each["contribution_pct"]) for each in explanation["drivers"]] == [
        ("00417", 90, 75),
        ("SKU-2", 30, 25),
    ]
    do_nothing, move = explanation["counterfactuals"]
    assert do_nothing["result"] == {"planned_units": 700, "unplanned_units_if_it_lasts": 420, "unplanned_units_if_it_ends": 0}
    assert move["result"] == {"planned_units": 1120, "unplanned_units_if_it_lasts": 0, "unplanned_units_if_it_ends": -420}


def test_what_the_report_leaves_out_of_its_series_is_a_residual() -> None:
    facts = a_run(anomalies=(an_anomaly(actual=330.0),))
    drivers = explain(derive_one(facts), facts, [])["drivers"]
    assert (drivers[-1]["kind"], drivers[-1]["contribution_units"]) == ("residual", 10)
    assert sum(each["contribution_pct"] for each in drivers) == pytest.approx(100)


@pytest.mark.parametrize("changes", [{"severity": "MEDIUM"}, {"kind": "DATA_GAP"}, {"expected": None}])
def test_a_mild_anomaly_or_one_without_data_is_no_insight(changes: dict[str, object]) -> None:
    assert derive_insights(a_run(anomalies=(an_anomaly(**changes),))).insights == ()


def test_a_category_without_facts_finds_nothing_and_says_why() -> None:
    report = derive_insights(a_run(anomalies=None, accuracy=None, missing={PartName.ANOMALIES: "the detector failed"}))
    assert report.silent[InsightCategory.DEMAND_ANOMALY] == "the detector failed"
    assert report.silent[InsightCategory.FORECAST_BIAS] == "the run was not measured"
    assert report.silent[InsightCategory.COST] == "the run has no logistics report"
    assert "anomaly_group.v2" not in report.judged_rules
    assert "late_source.v1" in report.judged_rules


def test_three_late_sites_of_one_data_set_are_one_insight_with_a_driver_for_each() -> None:
    feeds = (a_feed("LDS1", days_behind=4), a_feed("NTH2", days_behind=2), a_feed("OXF3", days_behind=2), a_feed("YRK4", "returns"))
    facts = a_run(quality=a_quality(*feeds))
    insight = derive_one(facts)
    assert insight.finding.scope == {"dataset": "orders"}
    assert len(insight.child_fingerprints) == 3
    explanation = explain(insight, facts, [])
    assert [(each["key"], each["contribution_units"]) for each in explanation["drivers"]] == [
        ("LDS1", -400),
        ("NTH2", -200),
        ("OXF3", -200),
    ]
    assert find_faults(explanation) == []


def test_findings_that_share_little_stay_apart() -> None:
    quality = a_quality(a_feed("LDS1", days_behind=4), a_feed("NTH2", "returns", days_behind=4))
    assert len(derive_insights(a_run(quality=quality)).insights) == 2


def test_an_owner_gets_no_more_than_the_budget_and_the_rest_is_still_listed() -> None:
    anomalies = tuple(an_anomaly(site_ids=(f"S{number}",), actual=210.0 + number) for number in range(5))
    report = derive_insights(a_run(anomalies=anomalies), budget=3)
    assert [each.is_pushed for each in report.insights] == [True, True, True, False, False]


def test_the_identity_stays_while_the_anomaly_grows_and_differs_by_site_and_direction() -> None:
    first, later, elsewhere, down = (
        derive_one(a_run(anomalies=(an_anomaly(**changes),))).fingerprint
        for changes in ({}, {"actual": 400.0, "sku_ids": ("X", "Y", "Z")}, {"site_ids": ("NTH2",)}, {"direction": "down", "actual": 90.0})
    )
    assert first == later
    assert len({first, elsewhere, down}) == 3


def test_money_takes_the_place_of_volume_in_the_score() -> None:
    from kpi_engine.insights.finding import Money

    insight = derive_one(a_run(anomalies=(an_anomaly(money=Money(1000.0, "EUR"), money_reason=None),)))
    assert insight.scores.impact == pytest.approx(34.7, abs=0.05)
    assert insight.scores.priority is Priority.MEDIUM


def test_scores_are_the_product_of_their_factors() -> None:
    insight = derive_one(a_run(anomalies=(an_anomaly(),)))
    confidence = 100 * 1.0 * 0.90 * 0.98
    impact = 75.0  # 120 units: more than three of four days of a site
    assert insight.scores.confidence == pytest.approx(confidence)
    assert insight.scores.rank == pytest.approx(impact * confidence / 100 * (0.5 + 0.5 * 1.0))


def test_bias_counts_only_the_skus_that_lean_by_more_than_chance() -> None:
    facts = a_run(accuracy=(an_accuracy(skill=None, coverage=None),))
    insight = derive_one(facts)
    assert insight.finding.headline == "1 SKU with 45.0 % of demand is forecast too high by 27.8 %"
    assert insight.finding.impact.units == 250


@pytest.mark.parametrize("change", [{"is_rare": True}, {"n": 5}])
def test_rare_demand_and_few_points_are_judged_by_no_bias(change: dict[str, object]) -> None:
    first, second = an_accuracy().skus
    skus = (replace(first, **change), second)  # type: ignore[arg-type]
    assert not derive_insights(a_run(accuracy=(an_accuracy(skill=None, coverage=None, skus=skus),))).insights


@pytest.mark.parametrize(("skill", "wape", "is_told"), [(-4.0, 18.0, True), (4.0, 90.0, False), (0.0, 90.0, False), (None, 90.0, False)])
def test_the_skill_decides_whether_the_forecast_loses_and_not_the_pooled_error(skill: float | None, wape: float, is_told: bool) -> None:
    facts = a_run(accuracy=(an_accuracy(skill=skill, wape=wape, coverage=None, skus=()),))
    insights = derive_insights(facts).insights
    assert [each.finding.rule.id for each in insights] == (["no_value_added.v1"] if is_told else [])
    if is_told:
        headline = "The forecast loses against seasonal_naive_7: skill -4.0 % over 28 days, in which no series decides alone"
        assert insights[0].finding.headline == headline


def test_skus_of_several_units_add_up_by_their_volume_share_and_never_in_units() -> None:
    pieces = SkuAccuracy(sku_id="PIECES", n=28, abs_error=280.0, demand=900.0, bias_units=250.0, volume=1.0)
    grams = SkuAccuracy(sku_id="GRAMS", n=28, abs_error=30_000.0, demand=1_000_000.0, bias_units=100.0, volume=3.0)
    accuracy = an_accuracy(skill=None, coverage=None, has_several_units=True, skus=(pieces, grams))
    insight = derive_one(a_run(accuracy=(accuracy,)))
    assert insight.finding.headline == "1 SKU with 25.0 % of demand is forecast too high by 27.8 %"
    assert (insight.finding.measurement.unit, insight.finding.impact.unit) == ("percent", "percent")
    assert insight.finding.parameters["planned_units"] is None
    assert find_faults(explain(insight, a_run(accuracy=(accuracy,)), [])) == []
    wape = (100 * 280 / 900 * 1 + 3.0 * 3) / 4
    week = replace(accuracy, lead_days=7, first_day=date(2026, 11, 22), wape=wape, usual_wape=2.0, usual_count=9)
    [worse] = [each for each in derive_insights(a_run(accuracy=(week,))).insights if each.finding.rule.id == "accuracy_worse.v1"]
    assert worse.finding.measurement.value == pytest.approx(wape)
    assert sum(each.units for each in worse.finding.drivers) == pytest.approx(wape - 2.0)
    assert [each.key for each in worse.finding.drivers] == ["PIECES", "GRAMS"]
    assert find_faults(explain(worse, a_run(accuracy=(week,)), [])) == []


def test_the_hash_is_the_same_for_the_same_facts_and_another_for_others() -> None:
    facts = a_run(anomalies=(an_anomaly(),))
    first, second = (explain(derive_one(facts), facts, [])["reproduce"]["expected_hash"] for _ in range(2))
    other = a_run(anomalies=(an_anomaly(actual=321.0),))
    assert first == second != explain(derive_one(other), other, [])["reproduce"]["expected_hash"]


@pytest.mark.parametrize(
    ("member", "text", "fault"),
    [
        ("headline", "Demand 61 % above forecast", "states 61"),
        ("assumptions", ["about 17 orders"], "states 17"),
        ("drivers", [], "no driver explains"),
        ("counterfactuals", [], "doing nothing"),
        ("as_of_date", "2026-11-29", "hash"),
    ],
)
def test_a_changed_explanation_has_a_fault(member: str, text: object, fault: str) -> None:
    facts = a_run(anomalies=(an_anomaly(),))
    explanation = explain(derive_one(facts), facts, []) | {member: text}
    assert any(fault in each for each in find_faults(explanation))


def test_a_parent_and_its_children_have_different_identities() -> None:
    facts = a_run(quality=a_quality(a_feed("LDS1", days_behind=4), a_feed("NTH2", days_behind=2)))
    insight = derive_one(facts)
    assert insight.fingerprint not in insight.child_fingerprints
    assert insight.child_fingerprints == tuple(fingerprint(child) for child in insight.finding.children)


def test_rejected_files_without_a_readable_row_are_one_insight() -> None:
    files = tuple(FileFacts(f"landing/x/v1/{name}.csv", "", 0, 0, {"EMPTY": 0}) for name in "abc")
    facts = a_run(quality=replace(a_quality(), rejected_files=files))
    insight = derive_one(facts)
    assert insight.finding.headline == "The file a.csv was rejected (EMPTY): the run reads nothing of it (and 2 more rejected files)"
    assert (insight.finding.impact.units, insight.finding.impact.unit) == (3, "files")
    assert find_faults(explain(insight, facts, [])) == []


@pytest.mark.parametrize(("dataset", "rows", "percentile"), [("orders", 0, 50), ("orders", 400, 100), ("", 0, 50), ("returns", 0, 0)])
def test_a_rejected_file_weighs_as_much_as_its_rows_and_one_of_unknown_size_as_a_usual_day(
    dataset: str, rows: int, percentile: float
) -> None:
    feeds = (a_feed("LDS1"), replace(a_feed("LDS1", "returns"), daily_rows=1.0))
    rejection = FileFacts("landing/orders/v1/a.csv", dataset, rows, rows, {"UNREADABLE": rows})
    insight = derive_one(a_run(quality=replace(a_quality(*feeds), rejected_files=(rejection,))))
    assert insight.finding.volume_share == percentile
    assert insight.finding.measurement.value == 1


def test_a_change_of_next_to_nothing_is_stated_in_units() -> None:
    facts = a_run(anomalies=(an_anomaly(expected=0.1, actual=19.0, series=(), planned_units=2.0),))
    insight = derive_one(facts)
    assert insight.finding.headline.startswith("Demand 19 units above forecast")
    facts_of_a_day = a_run(anomalies=(replace(facts.anomalies[0], expected_a_day=0.05, actual_a_day=9.5),))  # type: ignore[index]
    assert derive_one(facts_of_a_day).finding.headline == "Demand of 9.5 a day instead of 0.05 at site LDS1, 2 SKUs, 27–28 Nov"
    assert find_faults(explain(derive_one(facts_of_a_day), facts_of_a_day, [])) == []
    do_nothing, move = explain(insight, facts, [])["counterfactuals"]
    lasting = pytest.approx(19 / 2 * 7 - 2)
    assert do_nothing["result"] == {"planned_units": 2, "unplanned_units_if_it_lasts": lasting, "unplanned_units_if_it_ends": 0}
    assert move["result"]["planned_units"] == pytest.approx(19 / 2 * 7)
    assert "if it lasts, demand stays at the mean of those days, whatever the new plan has learned" in insight.finding.assumptions
    assert find_faults(explain(insight, facts, [])) == []


def test_a_change_where_nothing_was_expected_says_what_follows_if_it_lasts() -> None:
    insight = derive_one(a_run(anomalies=(an_anomaly(expected=0.0, actual=14.0, series=(), planned_units=0.0),)))
    assert insight.finding.counterfactuals[0].result["unplanned_units_if_it_lasts"] == 49


def test_the_id_of_a_sku_that_says_what_it_is_is_not_announced() -> None:
    series = (SeriesChange("LDS1", "SKU-2", 200.0, 320.0),)
    finding = derive_one(a_run(anomalies=(an_anomaly(sku_ids=("SKU-2",), series=series),))).finding
    assert finding.headline == "Demand 60 % above forecast at site LDS1, SKU-2, 27–28 Nov"
    assert finding.cause == "SKU-2 makes 100.0 % of the change"


@pytest.mark.parametrize("rule", sorted(set(EVERY_RULE) - {"anomaly_group.v2"}))
def test_no_rule_says_that_prices_are_missing_where_none_could_help(rule: str) -> None:
    for insight in derive_insights(EVERY_RULE[rule]).insights:
        reasons = [insight.finding.impact.money_reason, *(each.cost_reason for each in insight.finding.counterfactuals)]
        assert all(reason.endswith("no_price") for reason in reasons if reason is not None)


def test_two_causes_at_one_site_stay_two_insights() -> None:
    causes = (an_anomaly(scope={"site_id": "LDS1"}), an_anomaly(scope={"site_id": "LDS1", "sku_id": "X"}, actual=230.0))
    facts = a_run(anomalies=causes)
    insights = derive_insights(facts).insights
    assert [each.finding.scope for each in insights] == [{"site_id": "LDS1"}, {"site_id": "LDS1", "sku_id": "X"}]


def test_a_parent_of_anomalies_has_the_figures_of_its_childrens_headlines() -> None:
    day = date(2026, 11, 23)
    other = an_anomaly(first_day=day, last_day=day, actual=231.0, expected=100.0, sku_ids=("X",), site_ids=("LDS1",), series=())
    facts = a_run(anomalies=(an_anomaly(site_ids=("LDS1", "NTH2"), sku_ids=("X",)), other))
    late = a_run(quality=a_quality(*(a_feed(site, days_behind=days) for site, days in (("LDS1", 4), ("NTH2", 2), ("OXF3", 3)))))
    for run in (facts, late):
        for insight in derive_insights(run).insights:
            assert find_faults(explain(insight, run, [])) == []


def test_a_known_event_with_a_year_in_its_name_is_no_number() -> None:
    facts = a_run(anomalies=(an_anomaly(known_events=("Black Friday 2027", "Sale 3")),))
    insight = derive_one(facts)
    assert insight.finding.cause == "Known event: Black Friday 2027, Sale 3"
    assert find_faults(explain(insight, facts, [])) == []


def test_a_plan_that_has_learned_most_of_a_change_leaves_the_rest_to_be_planned() -> None:
    """The level is 160 a day, 1,120 in a week; the new plan has 1,000 of them, and 60 percent more of that would be 1,600."""
    facts = a_run(anomalies=(an_anomaly(planned_units=1000.0, expected_a_day=100.0, actual_a_day=160.0),))
    do_nothing, move = explain(derive_one(facts), facts, [])["counterfactuals"]
    assert do_nothing["result"] == {"planned_units": 1000, "unplanned_units_if_it_lasts": 120, "unplanned_units_if_it_ends": 0}
    assert move["result"] == {"planned_units": 1120, "unplanned_units_if_it_lasts": 0, "unplanned_units_if_it_ends": -120}
    [prediction] = derive_one(facts).finding.predictions
    assert (prediction.expected, prediction.limit) == (1120, 1000)


def test_the_level_is_that_of_the_days_with_data_however_long_ago_the_event_began() -> None:
    facts = a_run(anomalies=(an_anomaly(first_day=date(2026, 11, 1), actual=320.0, actual_a_day=160.0),))
    assert derive_one(facts).finding.counterfactuals[0].result["unplanned_units_if_it_lasts"] == 160 * 7 - 700


@pytest.mark.parametrize("days_old", [0, 1, 14, 400])
def test_no_deadline_is_before_the_day_of_the_run_however_old_the_data_is(days_old: int) -> None:
    made_on = AS_OF + timedelta(days=days_old)
    for facts in EVERY_RULE.values():
        for insight in derive_insights(replace(facts, made_on=made_on)).insights:
            assert insight.deadline >= made_on
            if insight.finding.deadline is None:
                assert (insight.deadline - made_on).days == DAYS_TO_ACT[insight.scores.priority]


def test_an_anomaly_that_was_dismissed_is_no_insight() -> None:
    facts = a_run(anomalies=(an_anomaly(), an_anomaly(group_id="g2", scope={"site_id": "LDS1"})))
    [insight] = derive_insights(replace(facts, dismissals={"g2": "not real: a stock count"})).insights
    assert insight.finding.parameters["anomaly_group"] == "g1"


def test_what_the_figures_add_up_is_among_the_assumptions() -> None:
    whole, part = (derive_one(a_run(anomalies=(an_anomaly(is_whole=is_whole),))).finding for is_whole in (True, False))
    assert any("also those that moved the other way" in text for text in whole.assumptions)
    assert any("no common total" in text for text in part.assumptions)
