"""`signify runs` and `signify publish`: the list of runs, and the way back to one of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.app import app
from cli.console import CliError
from cli.records import Comparison, RunRecord
from cli.run_history import find_published_run, render_comparison, render_runs, resolve_run_id
from tests.unit.cli.test_data import render

OLD, NEW, FAILED = (f"{start}-6f1a-5c55-9d3e-1f2a3b4c5d6e" for start in ("0aaaaaa0", "1bbbbbb1", "2cccccc2"))


def a_record(run_id: str, **changes: Any) -> RunRecord:
    record: RunRecord = {
        "run_id": run_id,
        "status": "SUCCEEDED",
        "as_of_date": "2026-11-21",
        "horizon_days": 28,
        "published": False,
        "published_at": "2026-11-22T04:40:00+00:00",
        "unpublished_reason": None,
        "has_forecasts": True,
        "measured": True,
        "backtest_wape": 31.25,
        "created_at": "2026-11-22T04:30:00+00:00",
    }
    return record | changes  # type: ignore[return-value]


RECORDS = [
    a_record(FAILED, status="FAILED", published_at=None, has_forecasts=False, backtest_wape=None, unpublished_reason="WAPE is [61.0] %"),
    a_record(NEW, published=True),
    a_record(OLD),
]


COMPARISON: Comparison = {
    "run": {"run_id": NEW, "as_of_date": "2026-11-22", "horizon_days": 28, "backtest_wape": 31.25, "baseline_wape": 40.0},
    "other": {"run_id": OLD, "as_of_date": "2026-11-21", "horizon_days": 28, "backtest_wape": None, "baseline_wape": None},
    "common_days": {"start": "2026-11-23", "end": "2026-12-19"},
    "totals": {"run": 1_234.4, "other": 1_000.0, "change": 234.4, "change_percent": 23.44},
    "by_site": [{"site_id": "HUL[1]", "run": 10.0, "other": 0.0, "change": 10.0, "change_percent": None}],
    "changed_skus": [{"sku_id": "SKU-1", "run": 4.0, "other": 8.0, "change": -4.0, "change_percent": -50.0}],
    "series": {"run_count": 3, "other_count": 2, "added_count": 1, "dropped_count": 0},
}


class FakePlatform:
    """An API with three runs that records what is posted."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, Any]] = []
        self.outcome, self.stage = "PUBLISHED", "local"
        self.horizon_days, self.warnings = 28, list[str]()

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        if path.endswith("/compare"):
            self.requests.append((path, parameters))
            return dict(COMPARISON)
        if path == f"/forecast-runs/{OLD}":
            return dict(a_record(OLD, horizon_days=self.horizon_days))
        assert path == "/forecast-runs"
        return {"forecast_runs": RECORDS[: parameters["limit"]]}

    def post(self, path: str, body: Any) -> dict[str, Any]:
        self.requests.append((path, body))
        return {"outcome": self.outcome, "warnings": self.warnings, "run": a_record(OLD, published=True)}


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("SIGNIFY_ACTOR", "alice")
    platform = FakePlatform()
    monkeypatch.setattr("cli.run_history.open_platform", lambda stage: platform)
    return platform


def test_the_table_marks_the_published_run_and_the_reason_of_a_refused_one_is_below_it() -> None:
    lines = render(render_runs(RECORDS)).splitlines()
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in lines if line.startswith("│")]
    assert [(row[0], row[2], row[5], row[6]) for row in rows] == [
        ("2cccccc2", "FAILED", "", "no"),
        ("1bbbbbb1", "SUCCEEDED", "31.2 %", "yes"),
        ("0aaaaaa0", "SUCCEEDED", "31.2 %", "earlier"),
    ]
    assert lines[-1] == "2cccccc2: WAPE is [61.0] %"
    assert max(map(len, lines)) <= 80


def test_a_run_whose_forecasts_were_deleted_is_marked() -> None:
    assert "│ deleted   │" in render(render_runs([a_record(OLD, has_forecasts=False)]))


def test_a_complete_forecast_that_was_not_measured_is_marked() -> None:
    assert "unmeasured" in render(render_runs([a_record(OLD, measured=False)]))
    assert "unmeasured" not in render(render_runs([a_record(OLD, measured=False, status="RUNNING"), a_record(NEW)]))


def test_the_list_is_printed_as_json(target: FakePlatform) -> None:
    result = CliRunner().invoke(app, ["runs", "--json", "--limit", "2"])
    assert json.loads(result.stdout) == RECORDS[:2]


def test_a_run_is_published_by_the_start_of_its_id_with_the_reason(target: FakePlatform) -> None:
    result = CliRunner().invoke(app, ["publish", "0AAAAAA0", "--reason", "the newest is wrong"])
    assert target.requests == [(f"/forecast-runs/{OLD}/publish", {"reason": "the newest is wrong", "actor_detail": "alice"})]
    assert result.stdout == f"Run {OLD} is published: data to 2026-11-21, 28 days.\n"


def test_a_second_command_says_that_the_run_was_published_already(target: FakePlatform) -> None:
    target.outcome = "UNCHANGED"
    assert "was the published run already" in CliRunner().invoke(app, ["publish", OLD, "--reason", "again"]).stdout


def test_a_shorter_horizon_is_published_only_after_a_yes(target: FakePlatform) -> None:
    target.horizon_days, target.warnings = 7, ["Readers see 7 days instead of 28."]
    command = ["publish", OLD, "--reason", "only a week"]
    refusal = CliRunner().invoke(app, command, input="n\n")
    assert (refusal.exit_code, target.requests) == (1, [])
    assert "7 days, the published run 28" in refusal.stderr
    for arguments, answer in ((command, "y\n"), ([*command, "--yes"], "")):
        result = CliRunner().invoke(app, arguments, input=answer)
        assert (result.exit_code, "Readers see 7 days instead of 28." in result.stderr) == (0, True)
    assert len(target.requests) == 2


def test_publishing_without_a_reason_is_a_usage_error(target: FakePlatform) -> None:
    assert CliRunner().invoke(app, ["publish", OLD]).exit_code == 2
    assert target.requests == []


def test_the_start_of_an_id_must_belong_to_one_run(target: Any) -> None:
    with pytest.raises(CliError, match="no run begins with deadbeef"):
        resolve_run_id(target, "deadbeef")


def test_a_whole_id_is_not_looked_up(monkeypatch: pytest.MonkeyPatch, target: Any) -> None:
    monkeypatch.setattr(target, "get", lambda *_arguments, **_options: pytest.fail("looked up"))
    assert resolve_run_id(target, "7F3C1F0E-6f1a-5c55-9d3e-1f2a3b4c5d6e") == "7f3c1f0e-6f1a-5c55-9d3e-1f2a3b4c5d6e"


@pytest.mark.parametrize("text", ["", " ", "0aaaaaa", "../jobs", f"{OLD}/../x", f"{OLD}?x=1", "[red]abcd", "0aaaaaa0\n"])
def test_what_is_no_part_of_an_id_sends_no_request(target: FakePlatform, text: str) -> None:
    with pytest.raises(CliError, match=r"is not the id of a run; use one of `./signify runs`"):
        resolve_run_id(target, text)  # type: ignore[arg-type]
    assert CliRunner().invoke(app, ["publish", "--reason", "x", "--", text]).exit_code == 1
    assert target.requests == []


def test_more_than_eight_characters_of_an_id_are_enough(target: Any) -> None:
    assert resolve_run_id(target, OLD[:13]) == OLD


def test_a_run_is_compared_with_the_published_one_unless_another_is_named(target: FakePlatform) -> None:
    for arguments, other in (([OLD], NEW), ([OLD, "2cccccc2"], FAILED)):
        assert CliRunner().invoke(app, ["compare", *arguments, "--limit", "5"]).exit_code == 0
        assert target.requests[-1] == (f"/forecast-runs/{OLD}/compare", {"with": other, "limit": 5})


def test_a_comparison_has_the_backtests_the_totals_and_the_largest_changes() -> None:
    text = render(render_comparison(COMPARISON))
    for cells in (
        "│ run   │ 1bbbbbb1 │ 2026-11-22 │   28 │ 31.2 % │   40.0 % │",
        "│ other │ 0aaaaaa0 │ 2026-11-21 │   28 │        │          │",
        "│ HUL[1] │    10 │     0 │    +10 │       │",
        "│ total  │ 1,234 │ 1,000 │   +234 │ +23.4 │",
        "│ SKU-1 │   4 │     8 │     -4 │ -50.0 │",
        "Series: 3, other 2; 1 added, 0 dropped.",
    ):
        assert cells in text
    assert "from 2026-11-23 to 2026-12-19" in " ".join(text.split())


def test_runs_without_a_common_day_say_so() -> None:
    assert "on no day" in render(render_comparison({**COMPARISON, "common_days": None}))


def test_without_a_published_run_there_is_nothing_to_compare_with(target: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "get", lambda path, **parameters: {"forecast_runs": []})
    with pytest.raises(CliError, match="no run is published yet"):
        find_published_run(target)
