"""`signify today`, `insights` and `explain`: what a person reads, within 100 columns."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import Any, cast
from uuid import NAMESPACE_OID, uuid5

import pytest
from rich.console import Console, RenderableType
from typer.testing import CliRunner

from cli.app import app
from cli.console import CliError
from cli.insights.command import find_id, reproduce_hash
from cli.insights.explanation import render_explanation
from cli.insights.records import ExplanationRecord, InsightPage, InsightRecord, RuleRow
from cli.insights.rendering import render_list, render_rules, render_today
from cli.platform import Platform
from kpi_engine.insights.engine import derive_insights
from kpi_engine.insights.explanation import explain
from kpi_engine.insights.json_values import JsonDocument
from tests.unit.kpi_engine.insights.facts import a_run, an_anomaly

ID = "5b0e1234-0000-4000-8000-000000000000"
INSIGHT: InsightRecord = {
    "id": ID,
    "category": "DEMAND_ANOMALY",
    "priority": "CRITICAL",
    "status": "NEW",
    "headline": "Demand 60 % above forecast at site [LDS1], 2 SKUs, 27–28 Nov",
    "cause": "SKU 00417 makes 75.0 % of the change",
    "action": "Secure labour, doors and trucks for the extra volume, and move what can wait to days with headroom",
    "owner_role": "site manager",
    "assignee": None,
    "deadline": "2026-11-29",
    "impact": {"units": 120.0, "unit": "units", "money": None, "money_reason": "currency_missing"},
    "is_pushed": True,
    "next_command": "./signify explain 5b0e1234",
    "run_id": ID,
    "version": 1,
}


def a_page(*insights: InsightRecord, as_of_date: str | None = "2026-11-28", warnings: tuple[str, ...] = ()) -> InsightPage:
    return {
        "insights": list(insights),
        "meta": {"as_of_date": as_of_date, "warnings": list(warnings), "rules": []},
        "page": {"has_more": False, "next_cursor": None},
    }


def an_explanation() -> ExplanationRecord:
    facts = a_run(anomalies=(an_anomaly(),))
    source = {"dataset": "orders", "object": "landing/orders/a.csv", "version_id": "v1", "sha256": "0", "row_ranges": [[2, 9]], "rows": 8}
    document: JsonDocument = explain(derive_insights(facts).insights[0], facts, [source])
    return cast(ExplanationRecord, {"insight_id": ID, **document})


def render(content: RenderableType, width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False, emoji=False)
    console.print(content)
    return cast(io.StringIO, console.file).getvalue()


class FakePlatform:
    """An API with one page and one explanation, and a function that derives its hash once more."""

    def __init__(self, page: InsightPage, hashes: dict[str, str] | None = None) -> None:
        self.page, self.hashes, self.requests = page, hashes or {}, list[dict[str, Any]]()
        self.outputs = {"InsightBuilderName": "builder"}

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        self.requests.append(parameters)
        return cast(dict[str, Any], an_explanation() if path.endswith("explainability") else self.page)

    def client(self, _name: str) -> FakePlatform:
        return self

    def invoke(self, **_arguments: object) -> dict[str, Any]:
        return {"Payload": io.BytesIO(json.dumps({"hashes": self.hashes}).encode())}


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> FakePlatform:
    platform = FakePlatform(a_page(INSIGHT, warnings=("COST: no rule judges it yet",)))
    monkeypatch.setattr("cli.insights.command.open_platform", lambda stage: platform)
    return platform


def test_today_says_what_why_how_much_who_until_when_and_the_next_command() -> None:
    text = render(render_today(a_page(INSIGHT)))
    for part in (
        "1 thing to do",
        "CRITICAL",
        "[LDS1]",
        "SKU 00417",
        "120 units; money unknown: sku_master states no margins in one currency",
        "site manager, by 2026-11-29",
    ):
        assert part in text
    assert "Next   ./signify explain 5b0e1234" in text


@pytest.mark.parametrize("insights", [(), (INSIGHT,)])
def test_today_says_first_that_the_data_is_old_and_what_to_do(insights: tuple[InsightRecord, ...]) -> None:
    lines = render(render_today(a_page(*insights), date(2026, 12, 12))).splitlines()
    assert lines[0].startswith("The data is old: it ends on 2026-11-28, 14 days ago.")
    assert "./signify drop FILE" in " ".join(lines[:4])
    assert "The data is old" not in render(render_today(a_page(*insights), date(2026, 11, 30)))
    assert "The data is old" not in render(render_today(a_page(*insights, as_of_date=None), date(2026, 11, 30)))


def test_lines_that_are_broken_go_on_below_their_text() -> None:
    long = cast(InsightRecord, {**INSIGHT, "headline": "word " * 40, "action": "word " * 40})
    starts = {
        line[: len(line) - len(line.lstrip())] for line in render(render_today(a_page(long))).splitlines() if line.lstrip()[:4] == "word"
    }
    assert starts == {" " * 3, " " * 10}


def test_today_says_what_was_not_judged_also_when_there_is_something_to_do() -> None:
    text = render(
        render_today(a_page(INSIGHT, warnings=("COST: no rule judges it yet", "The published run has not been judged: it failed.")))
    )
    assert "Nothing else is open." in text
    assert "Not judged: COST (./signify insights --silent)." in text
    assert "The published run has not been judged: it failed." in text


def test_today_shows_the_first_five_that_are_pushed_and_counts_the_others() -> None:
    others = [cast(InsightRecord, {**INSIGHT, "headline": f"number {place}", "is_pushed": place != 1}) for place in range(9)]
    text = render(render_today(a_page(*others)))
    assert "5 things to do" in text
    assert "number 1\n" not in text
    assert "4 more: ./signify insights" in text


@pytest.mark.parametrize("width", [80, 100, 140])
def test_no_line_is_longer_than_100_columns(width: int) -> None:
    long = cast(InsightRecord, {**INSIGHT, "headline": "x" * 150, "cause": "word " * 60, "next_command": "./signify drop " + "f" * 120})
    page = a_page(long, INSIGHT, warnings=("COST: no rule judges it yet",))
    for content in (render_today(page), render_list(page, is_filtered=False), render_explanation(an_explanation())):
        assert max(len(line.rstrip()) for line in render(content, width).splitlines()) <= min(width, 100)


def test_money_is_shown_with_its_currency() -> None:
    impact = {**INSIGHT["impact"], "money": {"expected": 1234.5, "currency": "EUR"}}
    assert "120 units, 1,234.50 EUR" in render(render_today(a_page(cast(InsightRecord, {**INSIGHT, "impact": impact}))))


def test_nothing_to_do_says_what_was_judged_and_what_was_not() -> None:
    text = render(render_today(a_page(warnings=("COST: no rule judges it yet",))))
    assert "Nothing to do: in the data to 2026-11-28" in text
    assert "COST: no rule judges it yet" in text


def test_a_run_that_was_not_judged_is_no_quiet_day() -> None:
    text = render(render_today(a_page(warnings=("The published run has not been judged: it failed.",))))
    assert "no rule found anything" not in text
    assert "No insight is open; readers see the data to 2026-11-28." in text
    assert "The published run has not been judged: it failed." in text


def test_before_the_first_run_today_says_how_to_begin() -> None:
    text = render(render_today(a_page(as_of_date=None, warnings=("No run has been published yet, so that nothing has been judged.",))))
    assert "No run has been published yet" in text
    assert "./signify drop FILE" in text


def test_a_filter_without_match_is_not_called_a_quiet_day() -> None:
    assert render(render_list(a_page(), is_filtered=True)) == "No insight has these properties.\n"


def test_the_filters_are_passed_on(target: FakePlatform) -> None:
    result = CliRunner().invoke(
        app, ["insights", "--category", "COST", "--priority", "HIGH", "--status", "RESOLVED", "--site", "LDS1", "--owner", "x"]
    )
    assert result.exit_code == 0, result.output
    expected = {"category": ["COST"], "priority": ["HIGH"], "status": ["RESOLVED"], "site_id": "LDS1", "owner": "x", "limit": 100}
    assert target.requests == [expected]


def test_a_closed_insight_is_opened_again_with_the_version_that_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed(FakePlatform):
        stage = "local"

        def get(self, path: str, **parameters: Any) -> dict[str, Any]:
            return cast(dict[str, Any], insight if path == f"/insights/{ID}" else self.page)

        def patch(self, path: str, body: dict[str, Any], version: int) -> dict[str, Any]:
            self.requests.append({"path": path, "version": version, **body})
            return {}

    insight = cast(InsightRecord, {**INSIGHT, "status": "DISMISSED", "version": 4})
    platform = Closed(a_page(insight))
    monkeypatch.setattr("cli.insights.command.open_platform", lambda stage: platform)
    result = CliRunner().invoke(app, ["insights", "reopen", ID[:8], "--reason", "it was none"])
    assert result.exit_code == 0, result.output
    [request] = platform.requests
    assert request.pop("actor_detail")
    assert request == {"path": f"/insights/{ID}", "version": 4, "status": "NEW", "reason": "it was none"}
    assert "site [LDS1]" in " ".join(result.output.split())
    insight["status"] = "NEW"
    result = CliRunner().invoke(app, ["insights", "reopen", ID[:8], "--reason", "it was none"])
    assert "is open already: NEW" in str(result.exception)


def test_the_silent_categories_are_listed_with_their_reasons(target: FakePlatform) -> None:
    assert "COST: no rule judges it yet" in CliRunner().invoke(app, ["insights", "--silent"]).output


def test_an_explanation_shows_drivers_sources_and_what_follows_from_doing_nothing(target: FakePlatform) -> None:
    result = CliRunner().invoke(app, ["explain", ID[:8]])
    assert result.exit_code == 0, result.output
    for part in ("75.0 %", "sku 00417", "do nothing", "landing/orders/a.csv (8 rows, lines 2-9", "Rank"):
        assert part in result.output


def test_an_insight_beyond_the_first_page_is_found_by_the_start_of_its_id(target: FakePlatform) -> None:
    class Pages(FakePlatform):
        def get(self, path: str, **parameters: Any) -> dict[str, Any]:
            self.requests.append(parameters)
            number = int(parameters.get("cursor", 0))
            rows = [{"id": str(uuid5(NAMESPACE_OID, f"{number} {place}"))} for place in range(100)] if number < 3 else [{"id": ID}]
            return {"insights": rows, "page": {"has_more": number < 3, "next_cursor": str(number + 1) if number < 3 else None}}

    pages = Pages(a_page())
    assert find_id(cast(Platform, pages), ID[:8].upper()) == ID
    assert [each.get("cursor") for each in pages.requests] == [None, "1", "2", "3"]
    with pytest.raises(CliError, match="no insight begins"):
        find_id(cast(Platform, pages), "00000000")
    with pytest.raises(CliError, match=r"'x' is not the id of an insight; use one of `\./signify insights`"):
        find_id(cast(Platform, pages), "x")


def test_the_whole_explanation_is_printed_as_json(target: FakePlatform) -> None:
    assert json.loads(CliRunner().invoke(app, ["explain", ID, "--json"]).output)["insight_id"] == ID


def test_a_derivation_with_the_same_hash_is_confirmed() -> None:
    explanation = an_explanation()
    platform = FakePlatform(a_page(), {"a": explanation["reproduce"]["expected_hash"]})
    assert "the same content" in reproduce_hash(cast(Platform, platform), explanation)


def test_a_derivation_with_another_hash_and_a_changed_text_are_errors() -> None:
    explanation = an_explanation()
    with pytest.raises(CliError, match="another content"):
        reproduce_hash(cast(Platform, FakePlatform(a_page(), {"a": "sha256:0"})), explanation)
    with pytest.raises(CliError, match="was changed"):
        reproduce_hash(cast(Platform, FakePlatform(a_page())), {**explanation, "cause": "somebody"})


def a_rule(rule_id: str, *, is_muted: bool, hit_rate: float | None) -> RuleRow:
    measured = 0 if hit_rate is None else 4
    return {
        "rule_id": rule_id,
        "closed_count": 20,
        "useful_count": 5,
        "measured_count": measured,
        "hit_count": 3 if measured else 0,
        "hit_rate": hit_rate,
        "is_muted": is_muted,
    }


def test_a_muted_rule_is_named_below_what_there_is_to_do_and_in_the_table_of_rules() -> None:
    page = a_page(INSIGHT)
    page["meta"]["rules"] = [a_rule("overload.v1", is_muted=True, hit_rate=75.0), a_rule("late_source.v1", is_muted=False, hit_rate=None)]
    assert "nobody used what they said: overload.v1 (./signify insights --rules)" in " ".join(render(render_today(page)).split())
    table = render(render_rules(page))
    assert "3 of 4 (75 %)" in table
    assert "not measured" in table


def test_without_an_insight_that_has_ended_the_table_of_rules_says_so() -> None:
    assert "No insight has ended yet" in render(render_rules(a_page(INSIGHT)))


def test_next_to_nothing_has_no_sign() -> None:
    explanation = an_explanation()
    driver = {"kind": "resource", "key": "night", "contribution_units": -0.04, "contribution_pct": -0.02, "direction": "down"}
    actions = [{**explanation["counterfactuals"][0], "result": {"doors": -0.01}}]
    text = render(render_explanation(cast(ExplanationRecord, {**explanation, "drivers": [driver], "counterfactuals": actions})))
    assert "-0.0" not in text
    assert "+0.0 units  resource night" in " ".join(text.split(" "))


def test_a_run_that_was_published_by_hand_is_judged_and_one_that_nobody_sees_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Builder(FakePlatform):
        def invoke(self, **arguments: Any) -> dict[str, Any]:
            self.requests.append(json.loads(arguments["Payload"]))
            return {"Payload": io.BytesIO(json.dumps(answer).encode())}

    answer: dict[str, Any] = {"run_id": ID, "sightings": 3, "opened": 2, "closed": 1, "silent": {"COST": "none"}, "faults": []}
    platform = Builder(a_page())
    monkeypatch.setattr("cli.insights.command.open_platform", lambda stage: platform)
    answer["skip_reason"] = None
    result = CliRunner().invoke(app, ["insights", "judge", ID])
    assert result.exit_code == 0, result.output
    assert platform.requests == [{"run_id": ID}]
    text = " ".join(result.output.split())
    assert f"Judged run {ID}: sees 3, opened 2, closed 1." in text
    assert "not judged: COST: none" in text
    answer["skip_reason"] = "readers do not see this run"
    result = CliRunner().invoke(app, ["insights", "judge", ID])
    assert "was not judged: readers do not see this run; publish it first" in str(result.exception)
