"""AWS WAF: the emulator stores web ACLs without effect. This extension applies them to the API stages that they are associated with.

It supports rate rules (by address and by header), regular expressions on one header and the size of the query, with the action Block. The
content of managed rule groups is not public, so they let every request pass.
"""

from __future__ import annotations

import re
import threading
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import urlencode

from ministack.core.responses import get_region
from ministack.services import apigateway_v1, cloudwatch, waf

from local.emulator import resource_handlers
from local.emulator.json_types import JsonObject, JsonView
from local.emulator.resource_handlers import Attributes, Properties
from local.emulator.settings import EmulatorSettings

Rule: TypeAlias = JsonView
Headers: TypeAlias = Mapping[str, str | list[str]]
ExecuteRequest = Callable[..., Awaitable[Any]]
CONTENT_TYPES = {"APPLICATION_JSON": "application/json", "TEXT_PLAIN": "text/plain", "TEXT_HTML": "text/html"}


@dataclass
class RateCounter:
    """Counts requests per rule and aggregation key over the rule's window; like AWS, it counts blocked requests too."""

    clock: Callable[[], float] = time.monotonic
    _request_times: dict[tuple[str, ...], deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def exceeds(self, statement: JsonView, rule: tuple[str, ...], headers: Headers) -> bool:
        """Count one request and return whether its key is over the limit; a request without the key is not counted."""
        key = _aggregation_key(statement, headers)
        if key is None:
            return False
        with self._lock:
            times, now = self._request_times[(*rule, *key)], self.clock()
            times.append(now)
            while times[0] <= now - int(statement.get("EvaluationWindowSec", 300)):
                times.popleft()
            return len(times) > int(statement["Limit"])


def install(settings: EmulatorSettings) -> None:
    """Associate web ACLs with stages, and apply them before the gateway executes a request."""
    resource_handlers.register_stub("AWS::WAFv2::WebACLAssociation")
    resource_handlers.run_after_create("AWS::WAFv2::WebACLAssociation", _associate)
    resource_handlers.run_after_update("AWS::WAFv2::WebACLAssociation", _associate)
    resource_handlers.run_before_delete("AWS::WAFv2::WebACLAssociation", _dissociate)
    resource_handlers.run_after_create("AWS::WAFv2::WebACL", _store_response_bodies)
    resource_handlers.run_after_update("AWS::WAFv2::WebACL", _store_response_bodies)
    apigateway_v1._execute_in_scope = _apply_web_acls(apigateway_v1._execute_in_scope, RateCounter())


def find_blocking_rule(acl: JsonView, headers: Headers, counter: RateCounter, query: str = "") -> Rule | None:
    """Return the first rule, by priority, that blocks a request; every rate rule up to it counts the request."""
    rules: list[Rule] = sorted(acl["Rules"], key=lambda rule: int(rule["Priority"]))
    for rule in rules:
        if "Block" in rule.get("Action", {}) and _matches(rule, str(acl["ARN"]), headers, counter, query):
            return rule
    return None


def make_custom_response(acl: JsonView, response: JsonView) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of a rule's custom response; its body is one of the ACL's."""
    body = acl.get("CustomResponseBodies", {}).get(response.get("CustomResponseBodyKey"), {"ContentType": "TEXT_PLAIN", "Content": ""})
    headers = {header["Name"]: header["Value"] for header in response.get("ResponseHeaders", [])}
    return int(response["ResponseCode"]), {"Content-Type": CONTENT_TYPES[body["ContentType"]], **headers}, body["Content"].encode()


def _matches(rule: Rule, acl: str, headers: Headers, counter: RateCounter, query: str) -> bool:
    statement = rule["Statement"]
    if "RateBasedStatement" in statement:
        return counter.exceeds(statement["RateBasedStatement"], (acl, rule["Name"]), headers)
    if "RegexMatchStatement" in statement:
        regex = statement["RegexMatchStatement"]
        value = _find_header(headers, regex["FieldToMatch"]["SingleHeader"]["Name"])
        return value is not None and re.search(regex["RegexString"], value) is not None
    if "SizeConstraintStatement" in statement and "QueryString" in statement["SizeConstraintStatement"]["FieldToMatch"]:
        return len(query) > int(statement["SizeConstraintStatement"]["Size"])
    return False


def _aggregation_key(statement: JsonView, headers: Headers) -> tuple[str, ...] | None:
    if statement["AggregateKeyType"] == "IP":
        return ((_find_header(headers, "x-forwarded-for") or "127.0.0.1").split(",")[0].strip(),)
    values = [_find_header(headers, key["Header"]["Name"]) for key in statement["CustomKeys"]]
    return None if None in values else tuple(str(value) for value in values)


def _find_header(headers: Headers, name: str) -> str | None:
    for key, value in headers.items():
        if key.lower() == name.lower():
            return value if isinstance(value, str) else str(value[-1])
    return None


def _apply_web_acls(execute: ExecuteRequest, counter: RateCounter) -> ExecuteRequest:
    async def execute_unless_blocked(
        request: JsonObject, api_id: str, stage: str, method: str, path: str, headers: Headers, *rest: object
    ) -> object:
        acl = _find_acl(f"arn:aws:apigateway:{get_region()}::/restapis/{api_id}/stages/{stage}")
        query = urlencode(request.get("query_params") or {}, doseq=True)
        rule = find_blocking_rule(acl, headers or {}, counter, query) if acl else None
        if acl is None or rule is None:
            return await execute(request, api_id, stage, method, path, headers, *rest)
        _count_block(acl, rule)
        request["stage"] = apigateway_v1._stages_v1[api_id][stage]
        response = rule["Action"]["Block"].get("CustomResponse")
        return make_custom_response(acl, response) if response else apigateway_v1._gw_error("WAF_FILTERED", "Forbidden")

    return execute_unless_blocked


def _count_block(acl: JsonView, rule: Rule) -> None:
    for name in ("ALL", rule["VisibilityConfig"]["MetricName"]):
        dimensions = {"WebACL": acl["VisibilityConfig"]["MetricName"], "Rule": name, "Region": get_region()}
        cloudwatch.record_metric("AWS/WAFV2", "BlockedRequests", 1, "Count", dimensions)


def _find_acl(stage_arn: str) -> JsonObject | None:
    arn = waf._associations.get(stage_arn)
    acl: JsonObject | None = waf.web_acl_record(arn.rsplit("/", 1)[1], "REGIONAL") if arn else None
    return acl


def _associate(association: str, properties: Properties, attributes: Attributes) -> Attributes:
    waf._associations[properties["ResourceArn"]] = properties["WebACLArn"]
    return attributes


def _dissociate(association: str, properties: Properties) -> None:
    waf._associations.pop(properties["ResourceArn"], None)


def _store_response_bodies(acl: str, properties: Properties, attributes: Attributes) -> Attributes:
    """Store the bodies of custom responses, which the emulator's record of an ACL lacks."""
    waf.web_acl_record(attributes["Id"], "REGIONAL")["CustomResponseBodies"] = properties.get("CustomResponseBodies", {})
    return attributes
