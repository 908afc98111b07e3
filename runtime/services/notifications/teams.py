"""The JSON of a Microsoft Teams workflow ("When a Teams webhook request is received"): a message with one Adaptive Card.

Source: Microsoft's reference of Adaptive Cards (adaptivecards.io) and of webhooks in Teams workflows.
"""

from __future__ import annotations

from collections.abc import Mapping

from runtime.models.domain.notices import Notice

CARD_TYPE = "application/vnd.microsoft.card.adaptive"
SCHEMA, VERSION = "http://adaptivecards.io/schemas/adaptive-card.json", "1.4"
TEXT_LIMIT = 4000
"""Characters of one text; Teams accepts messages of 28 KB."""


def render_teams(notice: Notice) -> Mapping[str, object]:
    """Return the body of the request for a notice."""
    color = "Good" if notice.is_over else "Attention" if notice.is_page else "Warning"
    body: list[Mapping[str, object]] = [
        {"type": "TextBlock", "size": "Large", "weight": "Bolder", "color": color, "wrap": True, "text": notice.title},
        {"type": "TextBlock", "wrap": True, "text": notice.meaning[:TEXT_LIMIT]},
    ]
    links = {label: url for label, url in notice.links.items() if url}
    files = {label: url for label, url in links.items() if not url.startswith("https://")}
    facts = [{"title": label, "value": text[:TEXT_LIMIT]} for label, text in {**notice.facts, **files}.items()]
    if facts:
        body.append({"type": "FactSet", "facts": facts})
    card: dict[str, object] = {"$schema": SCHEMA, "type": "AdaptiveCard", "version": VERSION, "body": body}
    if actions := [{"type": "Action.OpenUrl", "title": label, "url": url} for label, url in links.items() if label not in files]:
        card["actions"] = actions
    return {"type": "message", "attachments": [{"contentType": CARD_TYPE, "contentUrl": None, "content": card}]}
