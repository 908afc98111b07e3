"""The JSON of a Slack incoming webhook: blocks, and a text for notifications. Source: Slack's reference of Block Kit."""

from __future__ import annotations

from collections.abc import Mapping

from runtime.models.domain.notices import Notice

HEADER_LIMIT, TEXT_LIMIT, FIELD_LIMIT = 150, 3000, 2000
"""Characters that Slack accepts in a header, in the text of a section and in a field."""


def render_slack(notice: Notice) -> Mapping[str, object]:
    """Return the body of the request for a notice."""
    icon = ":white_check_mark:" if notice.is_over else ":rotating_light:" if notice.is_page else ":ticket:"
    blocks: list[Mapping[str, object]] = [
        {"type": "header", "text": {"type": "plain_text", "text": f"{icon} {notice.title}"[:HEADER_LIMIT], "emoji": True}},
        {"type": "section", "text": _markdown(notice.meaning, TEXT_LIMIT)},
    ]
    if notice.facts:
        fields = [_markdown(f"{label}: {text}", FIELD_LIMIT, bold=label) for label, text in notice.facts.items()]
        blocks.append({"type": "section", "fields": fields})
    links = [f"<{_escape(url)}|{label}>" if _is_address(url) else f"{label}: {_escape(url)}" for label, url in notice.links.items() if url]
    if links:
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": "  ·  ".join(links)[:TEXT_LIMIT]}})
    return {"text": _escape(f"{notice.title}: {notice.meaning}")[:TEXT_LIMIT], "blocks": blocks}


def _markdown(text: str, limit: int, bold: str = "") -> Mapping[str, object]:
    markdown = _escape(text)
    if bold:
        markdown = f"*{_escape(bold)}*\n{markdown.removeprefix(f'{_escape(bold)}: ')}"
    return {"type": "mrkdwn", "text": markdown[:limit]}


def _escape(text: str) -> str:
    """Replace the three characters that control Slack's markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _is_address(url: str) -> bool:
    return url.startswith(("https://", "http://"))
