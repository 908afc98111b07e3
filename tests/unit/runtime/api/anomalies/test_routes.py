"""The routes of anomalies: filters, pictures, feedback, and what was not sent."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5
from xml.etree import ElementTree

import pytest

from contracts.paths import alert_log_key
from runtime.models.api.anomaly_responses import AnomalyListResponse, AnomalyResponse, UnsentListResponse
from runtime.models.domain.anomaly_events import EventStatus
from tests.fakes.anomalies.reads import NAMESPACE, an_anomaly
from tests.fakes.examples import AS_OF, STARTED_AT
from tests.fakes.insights import an_insight
from tests.unit.runtime.api.conftest import ApiResponse, World, call

ID = an_anomaly().group_id
PATH = f"/anomalies/{ID}"
WRITE = "signify/insights:write"


@pytest.fixture
def world(world: World) -> World:
    old = an_anomaly("old", end_date=AS_OF - timedelta(days=9), start_date=AS_OF - timedelta(days=9))
    gap = an_anomaly("gap", direction="gap", kind="DATA_GAP", severity="LOW", scope={"site_id": "BRS1", "sku_id": "SKU-9"}, detail={})
    part = an_anomaly("part", status=EventStatus.MERGED, merged_into=an_anomaly().id)
    world.anomalies.audit_log = world.audit_log
    world.anomalies.events.save([an_anomaly(), old, gap, part])
    return world


def titles(**query: Any) -> list[str]:
    response = call("/anomalies", scope="signify/insights:read", **query)
    assert response.status == 200, response.text
    AnomalyListResponse.model_validate(response.json)
    return [each["title"].removeprefix("Volume spike ") for each in response.json["anomalies"]]


def judge(verdict: str = "NOT_REAL", reason: str = "a stock count", key: str | None = None, **options: Any) -> ApiResponse:
    body = json.dumps({"verdict": verdict, "reason": reason, **options})
    headers = {} if key is None else {"idempotency-key": key}
    return call(f"{PATH}/feedback", "POST", body=body, headers=headers, scope=WRITE)


def test_the_list_has_the_last_seven_days_the_most_severe_first(world: World) -> None:
    response = call("/anomalies")
    assert titles() == ["a", "gap"]
    assert (response.json["meta"]["as_of_date"], response.json["meta"]["warnings"]) == (str(AS_OF), [])


@pytest.mark.parametrize(
    ("query", "expected"),
    [({"severity": "LOW"}, ["gap"]), ({"type": ["VOLUME_SPIKE", "ZERO_DEMAND"]}, ["a"]), ({"direction": "gap"}, ["gap"]),
     ({"status": "MERGED"}, ["part"]), ({"site_id": "BRS1"}, ["gap"]), ({"sku_id": "SKU-2"}, ["a"]), ({"material": "false"}, ["gap"]),
     ({"days_back": "10"}, ["a", "old", "gap"]), ({"verdict": "REAL"}, [])],
)  # fmt: skip
def test_every_filter_narrows_the_list(world: World, query: dict[str, Any], expected: list[str]) -> None:
    assert sorted(titles(**query)) == sorted(expected)


@pytest.mark.parametrize(
    "query",
    [{"severity": "HUGE"}, {"type": "spike"}, {"direction": "left"}, {"status": "open"}, {"days_back": "0"}, {"days_back": "401"},
     {"material": "yes"}, {"limit": "101"}, {"verdict": "WRONG"}, {"sites": "LDS1"}],
)  # fmt: skip
def test_a_wrong_filter_is_an_error_that_names_it_and_its_value(world: World, query: dict[str, str]) -> None:
    response = call("/anomalies", **query)  # type: ignore[arg-type]
    [(name, value)] = query.items()
    assert response.status == 422
    assert name in response.text
    assert value in response.text or name == "sites"


def test_pages_follow_each_other_and_a_cursor_belongs_to_its_filters(world: World) -> None:
    cursor = call("/anomalies", limit="1").json["page"]["next_cursor"]
    assert titles(limit="1", cursor=cursor) == ["gap"]
    assert call("/anomalies", limit="1", cursor=cursor, days_back="8").status == 400


def test_the_list_is_csv_too_with_a_column_for_each_field(world: World) -> None:
    rows = list(csv.DictReader(io.StringIO(call("/anomalies", format="csv").text)))
    assert [(row["title"], row["money.expected"], row["site_ids"]) for row in rows] == [
        ("Volume spike a", "96.0", '["LDS1"]'), ("Volume spike gap", "", "[]"),
    ]  # fmt: skip


def test_one_anomaly_has_everything_that_is_known_about_it(world: World) -> None:
    world.anomalies.insights[an_anomaly().id] = an_insight().id
    response = call(PATH)
    body = AnomalyResponse.model_validate(response.json)
    assert (body.severity, body.occurrence_count, body.money and body.money.expected) == ("HIGH", 1, 96.0)
    assert sum(each.share for each in body.contributors["sku_id"]) == 100
    assert (body.known_events, body.event_details[0].kind, body.alert and body.alert.state) == (["Black Friday"], "PEAK", "SENT")
    assert (body.recommended_action and body.recommended_action.owner_role, body.next_threshold.text) == ("site manager", "threshold 3.0")
    assert response.json["expected_and_seen"]["change_percent"] == 60


def test_every_link_of_an_anomaly_leads_somewhere(world: World) -> None:
    world.insights.apply([])
    world.insights.by_id[an_insight().id] = an_insight()
    world.anomalies.insights[an_anomaly().id] = an_insight().id
    links = call(PATH).json["links"]
    for name in ("picture", "insight", "explanation"):
        assert call(links[name].removeprefix("/test/api/v1")).status == 200, name
    without = call(f"/anomalies/{an_anomaly('gap').group_id}").json["links"]
    assert (without["picture"], without["insight"]) == (None, None)


def test_the_picture_is_an_svg_whose_names_are_text(world: World) -> None:
    response = call(f"{PATH}/picture")
    assert response.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    root = ElementTree.fromstring(response.text)
    assert "</script> at site LDS1" in [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert call(f"{PATH}/picture", headers={"if-none-match": response.headers["ETag"]}).status == 304
    assert call(f"{PATH}/picture", headers={"accept": "image/png"}).status == 406
    assert call(f"/anomalies/{an_anomaly('gap').group_id}/picture").status == 404


def test_the_tag_of_an_anomaly_changes_with_feedback_alone(world: World) -> None:
    tag = call(PATH).headers["ETag"]
    assert call(PATH, headers={"if-none-match": tag}).status == 304
    assert call(PATH, "HEAD").headers["ETag"] == tag
    judge()
    assert call(PATH, headers={"if-none-match": tag}).status == 200


def test_feedback_is_stored_with_its_reason_and_moves_the_next_threshold(world: World) -> None:
    response = judge(actor_detail="Kim")
    assert response.status == 201
    assert (response.json["verdict"], response.json["reason"], response.json["actor"]) == ("NOT_REAL", "a stock count", "client-1")
    assert response.json["next_threshold"]["text"] == "threshold raised from 3.0 to 3.2 after one dismissal"
    body = call(PATH).json
    assert (body["verdict"], [each["reason"] for each in body["feedback"]]) == ("NOT_REAL", ["a stock count"])
    assert titles(verdict="NOT_REAL") == ["a"]


def test_feedback_is_in_the_audit_log(world: World) -> None:
    judge(actor_detail="Kim")
    [event] = world.audit_log.events
    assert (event.action, event.subject, event.reason) == ("GIVE_ANOMALY_FEEDBACK", str(an_anomaly().id), "a stock count")
    assert (event.detail["verdict"], event.detail["actor_detail"], event.detail["actor_detail_verified"]) == ("NOT_REAL", "Kim", False)


def test_a_repetition_with_its_key_is_the_same_feedback_and_another_statement_is_refused(world: World) -> None:
    first, again = judge(key="k"), judge(key="k")
    assert (first.status, again.status, again.json["feedback_id"]) == (201, 201, first.json["feedback_id"])
    assert len(call(PATH).json["feedback"]) == 1
    other = judge("REAL", key="k")
    assert (other.status, "Idempotency-Key" in other.text) == (422, True)


def test_feedback_that_is_withdrawn_stays_on_record_and_counts_no_more(world: World) -> None:
    feedback_id = judge().json["feedback_id"]
    for _ in range(2):
        response = call(f"{PATH}/feedback/{feedback_id}", "DELETE", scope=WRITE)
        assert (response.status, response.json["withdrawn_by"]) == (200, "client-1")
        assert response.json["next_threshold"]["text"] == "threshold 3.0"
    body = call(PATH).json
    assert (body["verdict"], len(body["feedback"])) == (None, 1)
    assert [event.action for event in world.audit_log.events] == ["GIVE_ANOMALY_FEEDBACK", "WITHDRAW_ANOMALY_FEEDBACK"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({"verdict": "WRONG", "reason": "x"}, "/verdict"), ({"verdict": "REAL"}, "/reason"), ({"verdict": "REAL", "reason": " "}, "/reason"),
     ({"verdict": "REAL", "reason": "x" * 501}, "/reason"), ({"verdict": "REAL", "reason": "x", "why": "y"}, "/why")],
)  # fmt: skip
def test_wrong_feedback_names_its_field_and_stores_nothing(world: World, body: dict[str, str], pointer: str) -> None:
    response = call(f"{PATH}/feedback", "POST", body=json.dumps(body), scope=WRITE)
    assert response.status == 422
    assert [error.get("pointer") for error in response.json["errors"]] == [pointer]
    assert world.anomalies.events.feedback == {}


def test_reading_and_writing_need_their_scopes(world: World) -> None:
    for path in ("/anomalies", PATH, f"{PATH}/picture", "/anomalies/unsent"):
        assert call(path, scope="signify/kpis:read").status == 403
        assert call(path, scope="signify/insights:read").status == 200
    body = json.dumps({"verdict": "REAL", "reason": "x"})
    assert call(f"{PATH}/feedback", "POST", body=body, scope="signify/insights:read").status == 403
    assert call(f"{PATH}/feedback/{ID}", "DELETE", scope="signify/insights:read").status == 403


@pytest.mark.parametrize("name", [UUID(int=5).hex, str(UUID(int=5)), "latest", "x y", "UNSENT", "a" * 31])
def test_an_unknown_anomaly_is_not_found_on_every_route(world: World, name: str) -> None:
    assert call(f"/anomalies/{name}").status == call(f"/anomalies/{name}/picture").status == 404
    body = json.dumps({"verdict": "REAL", "reason": "x"})
    assert call(f"/anomalies/{name}/feedback", "POST", body=body, scope=WRITE).status == 404
    assert call(f"{PATH}/feedback/{name}", "DELETE", scope=WRITE).status == 404


def test_an_id_with_dashes_is_the_same_anomaly(world: World) -> None:
    assert call(f"/anomalies/{UUID(ID)}").json["group_id"] == ID


def test_feedback_of_another_anomaly_is_not_found(world: World) -> None:
    feedback_id = judge().json["feedback_id"]
    assert call(f"/anomalies/{an_anomaly('gap').group_id}/feedback/{feedback_id}", "DELETE", scope=WRITE).status == 404


def test_what_was_not_sent_in_a_week_is_listed_once_with_its_reason_unless_it_was_sent_later(world: World) -> None:
    def log(day: int, sent_ids: list[str], unsent_ids: list[str]) -> None:
        at = STARTED_AT.date() + timedelta(days=day)
        run_id = uuid5(NAMESPACE, str(day))

        def row(name: str, reason: str | None) -> dict[str, object]:
            return {"group_id": name, "title": name, "severity": "LOW", "score": 31.0, "delta_units": 5.0, "money": None,
                    "reason": reason, "reason_detail": reason}  # fmt: skip

        rows = {"sent_alerts": [row(name, None) for name in sent_ids], "unsent_alerts": [row(name, "BUDGET") for name in unsent_ids]}
        document = {"run_id": str(run_id), "day": str(at), "as_of_date": str(at), "budget": 1, **rows}
        world.lake.write_json(alert_log_key(at, run_id), document)

    monday = -STARTED_AT.date().weekday()
    log(monday, ["x"], ["a", "b"])
    log(monday + 1, ["a"], ["b", "c"])
    response = call("/anomalies/unsent")
    year, week, _ = STARTED_AT.date().isocalendar()
    UnsentListResponse.model_validate(response.json)
    assert response.json["week"] == f"{year}-W{week:02}"
    assert [(each["group_id"], each["days"], each["reason"]) for each in response.json["unsent"]] == [
        ("b", 2, "BUDGET"),
        ("c", 1, "BUDGET"),
    ]
    assert call("/anomalies/unsent", week="2020-W01").json["unsent"] == []


@pytest.mark.parametrize("week", ["48", "2026-W54", "2026-W00", "2026-11-21", "last", "2026-W4"])
def test_a_wrong_week_is_an_error_that_names_it(world: World, week: str) -> None:
    response = call("/anomalies/unsent", week=week)
    assert (response.status, week in response.text, "2026-W48" in response.text) == (422, True, True)
