"""MODEL_HEALTH: a rule whose insights nobody uses, so that it muted itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from kpi_engine.insights.facts import RunFacts
from kpi_engine.insights.finding import DO_NOTHING, Confidence, Counterfactual, Driver, Finding, Impact, Measurement, Rule, Sensitivity
from kpi_engine.insights.rule_records import USEFUL_PERCENT, WINDOW, RuleRecord
from kpi_engine.insights.rules.rule_set import RuleSet
from kpi_engine.insights.terms import PLATFORM_ENGINEER, InsightCategory

MUTED = Rule("muted_rule.v1", InsightCategory.MODEL_HEALTH, "Which rule does nobody use, and should it stay silent?", can_be_muted=False)


def derive(facts: RunFacts) -> Iterator[Finding]:
    """Yield a finding for each rule that muted itself."""
    yield from (_explain(facts, record) for record in facts.rule_records if record.is_muted)


def _explain(facts: RunFacts, record: RuleRecord) -> Finding:
    least = WINDOW * USEFUL_PERCENT / 100
    hits = (
        f"{record.hit_count} of {record.measured_count} predictions came true"
        if record.measured_count
        else "no prediction of it was measured"
    )
    return Finding(
        rule=MUTED,
        scope={"rule_id": record.rule_id},
        headline=f"The rule {record.rule_id} muted itself: {record.useful_count} of its last {record.closed_count} insights were used",
        cause=f"Nobody took the others up or called them useful; {hits}",
        action="Ask those who get its insights what is missing; it is heard again once enough of the listed ones are used",
        owner_role=PLATFORM_ENGINEER,
        first_day=facts.as_of_date + timedelta(days=7),
        measurement=Measurement("used_insights", float(record.useful_count), "insights", least),
        impact=Impact(float(record.closed_count - record.useful_count), "insights", money_reason="no_prices"),
        volume_share=100 - record.useful_percent,
        confidence=Confidence(1.0, 1.0, 1.0),
        next_command="./signify insights --rules",
        direction="muted",
        is_cause=True,
        drivers=(Driver("rule", record.rule_id, record.useful_count - least),),
        counterfactuals=(
            Counterfactual(DO_NOTHING, {"insights_pushed": 0}, cost_reason="no_prices", is_feasible=True),
            Counterfactual(
                "mark useful insights of it with ./signify insights or the API",
                {"used_insights_until_it_is_heard": int(least)},
                cost_reason="no_prices",
                is_feasible=True,
                feasibility_reason=None,
            ),
        ),
        sensitivities=(Sensitivity("useful_percent", ">=", USEFUL_PERCENT),),
        assumptions=("an insight was used when somebody changed it, closed it or called it useful, and did not dismiss it",),
        parameters={**record.as_dict(), "useful_percent_limit": USEFUL_PERCENT, "closed_insights_needed": WINDOW},
    )


RULES = RuleSet(InsightCategory.MODEL_HEALTH, (MUTED,), derive, lambda _: None)
