"""The JSON of Slack and of Teams, by the rules of their references."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runtime.models.domain.notices import Notice
from runtime.services.notifications.slack import render_slack
from runtime.services.notifications.teams import render_teams

NOTICE = Notice(
    title="Page: RunFailed (prod)",
    meaning="A run failed; R&D <reads> the last published run.",
    facts={"Since": "2026-11-29 12:20 UTC", "Threshold": "ExecutionsFailed (Sum) ≥ 1", "Value": "Threshold Crossed: [2.0]"},
    links={"Runbook": "https://example.com/run-failed.md", "CloudWatch": "https://console.example.com/#alarm"},
    is_page=True,
)
LONG = Notice("T" * 500, "m" * 9000, {"Value": "v" * 9000}, {"Runbook": "docs/runbooks/run-failed.md"})


def as_json(document: object) -> Any:
    return json.loads(json.dumps(document))


def slack_texts(document: Any) -> list[dict[str, Any]]:
    blocks = document["blocks"]
    return [text for block in blocks for text in (block.get("text"), *block.get("fields", [])) if text]


def test_slack_gets_a_header_a_meaning_fields_and_links() -> None:
    document = as_json(render_slack(NOTICE))
    header, meaning, facts, links = document["blocks"]
    assert header == {"type": "header", "text": {"type": "plain_text", "text": ":rotating_light: Page: RunFailed (prod)", "emoji": True}}
    assert meaning["text"] == {"type": "mrkdwn", "text": "A run failed; R&amp;D &lt;reads&gt; the last published run."}
    assert [field["text"] for field in facts["fields"]] == [f"*{label}*\n{text}" for label, text in NOTICE.facts.items()]
    assert links["text"]["text"] == "<https://example.com/run-failed.md|Runbook>  ·  <https://console.example.com/#alarm|CloudWatch>"
    assert document["text"].startswith("Page: RunFailed (prod): A run failed")  # shown in notifications of the app


@pytest.mark.parametrize("notice", [NOTICE, LONG, Notice("t", "m", {}, {})])
def test_slack_accepts_the_lengths(notice: Notice) -> None:
    """Header 150, section 3,000, field 2,000 characters, ten fields; no text is empty."""
    document = as_json(render_slack(notice))
    assert len(document["blocks"][0]["text"]["text"]) <= 150
    assert all(0 < len(text["text"]) <= 3000 for text in slack_texts(document))
    assert all(len(field["text"]) <= 2000 for block in document["blocks"] for field in block.get("fields", []))
    assert all(0 < len(block["fields"]) <= 10 for block in document["blocks"] if "fields" in block)
    assert all(block["type"] in {"header", "section"} for block in document["blocks"])


def test_teams_gets_a_message_with_one_adaptive_card() -> None:
    document = as_json(render_teams(NOTICE))
    assert document["type"] == "message"
    [attachment] = document["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (card["type"], card["version"], card["$schema"]) == (
        "AdaptiveCard",
        "1.4",
        "http://adaptivecards.io/schemas/adaptive-card.json",
    )
    title, meaning, facts = card["body"]
    assert (title["text"], title["color"], meaning["text"]) == (NOTICE.title, "Attention", NOTICE.meaning)
    assert title["wrap"]
    assert meaning["wrap"]
    assert facts == {"type": "FactSet", "facts": [{"title": label, "value": text} for label, text in NOTICE.facts.items()]}
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": label, "url": url} for label, url in NOTICE.links.items()]


@pytest.mark.parametrize("notice", [NOTICE, LONG])
def test_teams_accepts_the_size(notice: Notice) -> None:
    assert len(json.dumps(render_teams(notice)).encode()) <= 28_000


def test_a_page_of_the_repository_is_text_and_no_link() -> None:
    """Both services refuse a link without https."""
    slack, card = as_json(render_slack(LONG)), as_json(render_teams(LONG))["attachments"][0]["content"]
    assert slack["blocks"][-1]["text"]["text"] == "Runbook: docs/runbooks/run-failed.md"
    assert "actions" not in card
    assert {"title": "Runbook", "value": "docs/runbooks/run-failed.md"} in card["body"][-1]["facts"]


@pytest.mark.parametrize(("is_over", "is_page", "icon", "color"), [
    (True, True, ":white_check_mark:", "Good"), (False, True, ":rotating_light:", "Attention"), (False, False, ":ticket:", "Warning"),
])  # fmt: skip
def test_the_colour_says_whether_it_begins_is_over_or_can_wait(is_over: bool, is_page: bool, icon: str, color: str) -> None:
    notice = Notice("t", "m", {}, {}, is_over=is_over, is_page=is_page)
    assert as_json(render_slack(notice))["blocks"][0]["text"]["text"].startswith(icon)
    assert as_json(render_teams(notice))["attachments"][0]["content"]["body"][0]["color"] == color
