"""Bodies of anomalies."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import orjson

from runtime.api.http.links import link
from runtime.models.domain.anomalies.feedback import AnomalyFeedback
from runtime.models.domain.anomaly_events import AnomalyEvent
from runtime.services.anomalies.anomaly_reading import AnomalyView


def anomaly_body(view: AnomalyView) -> str:
    """Return the JSON of an anomaly."""
    event, group, alert = view.event, _part(view.event.detail, "group"), _part(view.event.detail, "alert")
    dimensions = _part(group, "dimensions")
    body = {
        **_own_fields(event),
        "units_unseen": group.get("units_unseen"),
        "money": group.get("money"),
        "money_reason": group.get("money_reason"),
        "site_ids": dimensions.get("site_id", []),
        "sku_count": _count(dimensions.get("sku_id")),
        "known_events": [each["name"] for each in _rows(group.get("known_events"))],
        "is_material": group.get("material", False),
        "is_told": event.told_severity is not None,
        "verdict": view.verdict,
        "run_id": event.last_run_id,
        "merged_into": event.merged_into and event.merged_into.hex,
        "dimensions": dimensions,
        "contributors": _part(group, "contributors"),
        "series": group.get("series", []),
        "assumptions": group.get("assumptions", []),
        "event_details": group.get("known_events", []),
        "not_material_reason": group.get("not_material_reason"),
        "expected_and_seen": alert.get("expected_and_seen"),
        "likely_causes": alert.get("likely_causes", []),
        "recommended_action": alert.get("recommended_action"),
        "threshold": group.get("threshold"),
        "next_threshold": view.next_threshold.as_dict(),
        "alert": event.detail.get("alert_state"),
        "feedback": [feedback_body(each) for each in view.feedback],
        "picture": event.detail.get("picture"),
        "links": _links(view),
    }
    return orjson.dumps(body).decode()


def feedback_body(feedback: AnomalyFeedback) -> dict[str, object]:
    """Return feedback as JSON values."""
    return {
        "feedback_id": feedback.id,
        "group_id": feedback.event_id.hex,
        "verdict": feedback.verdict,
        "reason": feedback.reason,
        "at": feedback.at,
        "actor": feedback.actor,
        "run_id": feedback.run_id,
        "withdrawn_at": feedback.withdrawn_at,
        "withdrawn_by": feedback.withdrawn_by,
    }


def tag_of(body: str) -> str:
    """Return the entity tag of a body."""
    return f'"{hashlib.blake2b(body.encode(), digest_size=16).hexdigest()}"'


def _own_fields(event: AnomalyEvent) -> dict[str, object]:
    names = ("group_id", "title", "direction", "severity", "score", "status", "measure", "scope", "start_date", "end_date", "first_seen",
             "last_seen", "occurrence_count", "delta_units")  # fmt: skip
    return {**{name: getattr(event, name) for name in names}, "type": event.kind, "scope": dict(event.scope)}


def _links(view: AnomalyView) -> dict[str, str | None]:
    path = f"/anomalies/{view.event.group_id}"
    insight = None if view.insight_id is None else f"/insights/{view.insight_id}"
    return {
        "picture": link(f"{path}/picture") if view.has_picture else None,
        "insight": insight and link(insight),
        "explanation": insight and link(f"{insight}/explainability"),
        "feedback": link(f"{path}/feedback"),
        "run": link(f"/forecast-runs/{view.event.last_run_id}"),
    }


def _part(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = document.get(name)
    return part if isinstance(part, Mapping) else {}


def _rows(value: object) -> list[Mapping[str, object]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _count(value: object) -> int:
    return len(value) if isinstance(value, list) else 0
