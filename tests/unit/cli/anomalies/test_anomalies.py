"""`signify anomalies`: what a person reads, within 100 columns, and the small pictures."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any, cast

import pytest
from rich.console import Console, RenderableType
from typer.testing import CliRunner

from cli.anomalies import command
from cli.anomalies.picture import draw_panel
from cli.anomalies.records import AnomalyDetails, AnomalyPage, UnsentPage
from cli.anomalies.rendering import render_anomaly, render_list, render_unsent
from cli.app import app
from cli.console import CliError
from cli.platform import Platform
from kpi_engine.anomalies.picture.picture import Picture, PictureDocument, PicturePanel, parse_picture
from tests.fakes.anomalies.reads import ALERT, GROUP, PICTURE

ID = "4a09f294547e588a8e3645ae5b5948fe"
FEEDBACK = {"feedback_id": "ab12cd34-0000-4000-8000-000000000000", "verdict": "NOT_REAL", "reason": "a [stock] count",
            "at": "2026-11-22T04:30:00+00:00", "actor": "client-1", "withdrawn_at": None}  # fmt: skip
ANOMALY: dict[str, Any] = {
    "group_id": ID,
    "title": "Volume spike +60 % at site [LDS1], 2 SKUs, 21 Nov",
    "type": "VOLUME_SPIKE",
    "severity": "CRITICAL",
    "score": 92.0,
    "status": "OPEN",
    "start_date": "2026-11-21",
    "end_date": "2026-11-21",
    "first_seen": "2026-11-21",
    "last_seen": "2026-11-21",
    "occurrence_count": 2,
    "delta_units": 60.0,
    "units_unseen": 0.0,
    "money": {"expected": 96.0, "currency": "EUR"},
    "money_reason": None,
    "is_material": True,
    "is_told": True,
    "verdict": None,
    "known_events": ["Black Friday"],
    **ALERT,
    "contributors": GROUP["contributors"],
    "assumptions": ["every unit counts"],
    "not_material_reason": None,
    "threshold": {"text": "threshold raised from 3.0 to 3.4 after two dismissals"},
    "next_threshold": {"text": "threshold 3.0"},
    "alert": {"state": "SENT", "reason": None, "reason_detail": None},
    "feedback": [FEEDBACK],
    "picture": PICTURE,
    "links": {"picture": f"/api/v1/anomalies/{ID}/picture", "insight": "/api/v1/insights/5b0e1234-0000-4000-8000-000000000000"},
    "run_id": "7f3c1f0e-6f1a-5c55-9d3e-1f2a3b4c5d6e",
}


def an_anomaly(**changes: Any) -> AnomalyDetails:
    return cast(AnomalyDetails, ANOMALY | changes)


def a_page(*rows: AnomalyDetails, warnings: tuple[str, ...] = ()) -> AnomalyPage:
    page = {"anomalies": list(rows), "meta": {"as_of_date": "2026-11-21", "warnings": list(warnings)},
            "page": {"has_more": False, "next_cursor": None}}  # fmt: skip
    return cast(AnomalyPage, page)


def render(content: RenderableType, width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False, emoji=False)
    console.print(content)
    return cast(io.StringIO, console.file).getvalue()


class FakePlatform:
    """An API with one anomaly."""

    def __init__(self, anomaly: AnomalyDetails) -> None:
        self.anomaly, self.requests, self.stage = anomaly, list[tuple[str, str, Mapping[str, Any]]](), "local"

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        self.requests.append(("GET", path, parameters))
        if path == "/anomalies/unsent":
            return {"unsent": [], "week": parameters.get("week", "2026-W48")}
        return cast(dict[str, Any], a_page(self.anomaly) if path == "/anomalies" else self.anomaly)

    def post(self, path: str, body: Mapping[str, object]) -> dict[str, object]:
        self.requests.append(("POST", path, body))
        return {**FEEDBACK, "next_threshold": {"text": "threshold raised from 3.0 to 3.2 after one dismissal"}}

    def delete(self, path: str) -> dict[str, object]:
        self.requests.append(("DELETE", path, {}))
        return {**FEEDBACK, "next_threshold": {"text": "threshold 3.0"}}


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> FakePlatform:
    fake = FakePlatform(an_anomaly())
    monkeypatch.setattr(command, "open_platform", lambda stage: fake)
    return fake


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["anomalies", *arguments], env={"COLUMNS": "100"})
    if isinstance(result.exception, CliError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_the_list_names_each_with_size_worth_and_state_within_100_columns() -> None:
    text = render(render_list(a_page(an_anomaly()), [an_anomaly()]), width=200)
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 100
    row = next(line for line in text.splitlines() if line.startswith("4a09f294 "))
    assert row.split()[:2] == ["4a09f294", "CRITICAL"]
    assert [part in text for part in ("+60", "96 EUR", "2x", "told", "(known: Black Friday)", "./signify anomalies 4a09f294")] == [True] * 6
    assert "[LDS1]" in text


@pytest.mark.parametrize(
    ("changes", "state"),
    [({"verdict": "NOT_REAL"}, "not real"), ({"status": "OVER"}, "over"), ({"is_told": False}, "not told"),
     ({"is_told": False, "is_material": False}, "too small")],
)  # fmt: skip
def test_the_state_of_a_row_is_what_became_of_it(changes: dict[str, Any], state: str) -> None:
    assert state in render(render_list(a_page(an_anomaly(**changes))))


def test_unknown_units_and_money_are_no_zero() -> None:
    text = render(render_list(a_page(an_anomaly(delta_units=None, units_unseen=0.0, money=None))))
    assert text.splitlines()[1].split()[-4:] == ["-", "-", "2x", "told"]
    assert "(120)" in render(render_list(a_page(an_anomaly(delta_units=None, units_unseen=120.0))))


def test_an_empty_list_says_why() -> None:
    assert "Nothing was other than expected. Data to 2026-11-21." in render(render_list(a_page()))
    assert "Nothing matches." in render(render_list(a_page(), is_filtered=True))
    assert "No run has been published" in render(render_list(a_page(warnings=("No run has been published yet.",))))


def test_one_anomaly_has_all_that_a_person_needs_to_decide() -> None:
    text = render(render_anomaly(an_anomaly()))
    for part in (
        "160, expected 100 (90 to 110): +60 units, score 92", "seen 2 times since 2026-11-21", "SKU: SKU-1 60 %, SKU-2 40 %", "96 EUR",
        "every unit counts", "Secure labour (site manager, by 2026-11-22)", "people were told", "ab12cd34  not real: a [stock] count",
        "threshold raised from 3.0 to 3.4 after two dismissals", "next run: threshold 3.0", "./signify explain 5b0e1234",
        "./signify anomalies feedback 4a09f294 real|not-real|expected --reason WHY", "◆",
    ):  # fmt: skip
        assert part in text, part


def test_an_anomaly_that_was_not_sent_says_why() -> None:
    alert = {"state": "UNSENT", "reason": "NOT_MATERIAL", "reason_detail": "below_min_units"}
    assert "not sent: not material (below min units)" in render(render_anomaly(an_anomaly(alert=alert)))


def test_an_anomaly_of_before_pictures_is_shown_without_one() -> None:
    bare = an_anomaly(picture=None, alert=None, expected_and_seen=None, recommended_action=None, threshold=None, contributors={},
                      likely_causes=[], money=None, money_reason=None, links={"picture": None, "insight": None})  # fmt: skip
    text = render(render_anomaly(bare))
    assert "no run has seen it lately" in text
    assert "GET" not in text


def a_panel(actual: list[float | None], flags: list[int]) -> PicturePanel:
    document = cast(PictureDocument, PICTURE)["panels"][0]
    size = len(actual)
    return PicturePanel(
        document["label"], tuple(actual), (100.0,) * size, (90.0,) * size, (110.0,) * size, tuple(day in flags for day in range(size))
    )


def draw(panel: PicturePanel, n_rows: int = 7) -> list[str]:
    picture = parse_picture(cast(PictureDocument, PICTURE))
    return draw_panel(Picture("", "", picture.first_day, picture.event_days, (panel,)), panel, n_rows).plain.splitlines()


def test_the_picture_marks_actual_reported_and_missing_days_in_their_columns() -> None:
    lines = draw(a_panel([100.0, 180.0, None, 0.0], [1, 2]))
    marks = ["".join(line[9 + day] if len(line) > 9 + day else " " for line in lines[1:-1]) for day in range(4)]
    assert [column.strip("░─ ") for column in marks] == ["•", "◆", "×", "•"]
    assert (marks[1].index("◆"), marks[3].index("•")) == (0, 6)
    assert lines[1].strip().startswith("180")
    assert lines[-2].strip().startswith("0")


def test_the_band_covers_the_interval_and_a_picture_of_one_day_has_one_column() -> None:
    lines = draw(a_panel([100.0], []), n_rows=13)
    assert sum("░" in line for line in lines) == 2
    assert sum("•" in line for line in lines) == 1
    assert lines[-1].strip() == "20 Nov"


def test_what_was_not_sent_is_listed_with_its_reason() -> None:
    row = {"group_id": ID, "title": "Volume drop", "severity": "LOW", "delta_units": None, "reason": "THRESHOLD_RAISED",
           "reason_detail": "threshold raised from 3.0 to 3.4", "days": 3, "last_day": "2026-11-21"}  # fmt: skip
    text = render(render_unsent(cast(UnsentPage, {"unsent": [row], "week": "2026-W47"})))
    assert [part in text for part in ("2026-W47", "threshold raised", "Volume drop", " - ")] == [True] * 4
    assert "every anomaly was sent" in render(render_unsent({"unsent": [], "week": "2026-W47"}))


def test_without_a_word_the_list_is_shown_and_with_an_id_one_anomaly(platform: FakePlatform) -> None:
    assert "4a09f294  CRITICAL" in run()
    assert "4a09f294  CRITICAL" in run("--severity", "CRITICAL", "--site", "LDS1")
    assert platform.requests[-2][2] == {"limit": 100, "days_back": 7, "severity": ["CRITICAL"], "site_id": "LDS1"}
    assert "Say so" in run("4a09f294")
    assert json.loads(run("4a09f294", "--json"))["group_id"] == ID
    assert json.loads(run("--json"))["anomalies"][0]["group_id"] == ID


def test_feedback_is_sent_with_its_reason_and_tells_what_follows(platform: FakePlatform) -> None:
    output = run("feedback", "4a09", "not-real", "--reason", "a stock count")
    method, path, body = platform.requests[-1]
    assert (method, path, body["verdict"], body["reason"]) == ("POST", f"/anomalies/{ID}/feedback", "NOT_REAL", "a stock count")
    assert "threshold raised from 3.0 to 3.2 after one dismissal" in output
    assert "./signify anomalies withdraw 4a09f294 ab12cd34" in output


def test_the_newest_feedback_is_withdrawn_unless_another_is_named(platform: FakePlatform) -> None:
    for arguments in (("withdraw", ID), ("withdraw", ID, "ab12")):
        assert "Withdrawn: not real" in run(*arguments)
        assert platform.requests[-1][:2] == ("DELETE", f"/anomalies/{ID}/feedback/{FEEDBACK['feedback_id']}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(("feedback", "4a09", "wrong", "--reason", "x"), "use one of real, not-real, expected"), (("zzzz",), "is not the id"),
     (("../health",), "is not the id"), (("beef",), "no anomaly ids begin"), (("withdraw", ID, "ffff"), "no feedback ids begin")],
)  # fmt: skip
def test_a_wrong_argument_is_an_error_that_says_what_to_write(platform: FakePlatform, arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(CliError, match=message):
        run(*arguments)


def test_without_feedback_there_is_nothing_to_withdraw() -> None:
    fake = cast(Platform, FakePlatform(an_anomaly(feedback=[{**FEEDBACK, "withdrawn_at": "2026-11-22"}])))
    with pytest.raises(CliError, match="no feedback that stands"):
        command.find_feedback(fake, ID, None)


def test_the_list_of_a_week_is_that_of_the_api(platform: FakePlatform) -> None:
    assert "Week 2026-W40: every anomaly was sent." in run("unsent", "2026-W40")
