"""API Gateway: the shipped web ACLs are records. Ours judge requests of the stages that they are associated with.

Honoured are rate rules (by address and by header) and regular expressions over one header, with the action Block. Managed rule groups
are AWS's secret and let everything pass.
"""

from __future__ import annotations

import re
import threading
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ministack.core.responses import get_region
from ministack.services import apigateway_v1, cloudwatch, waf

from local.emulator import handlers
from local.emulator.settings import EmulatorSettings

Rule = Mapping[str, Any]
Headers = Mapping[str, Any]
Execute = Callable[..., Awaitable[Any]]
CONTENT_TYPES = {"APPLICATION_JSON": "application/json", "TEXT_PLAIN": "text/plain", "TEXT_HTML": "text/html"}


@dataclass
class RateCounter:
    """Counts requests by rule and key over the rule's window, those that are blocked too, as AWS does."""

    clock: Callable[[], float] = time.monotonic
    _seen: dict[tuple[str, ...], deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def exceeds(self, statement: Mapping[str, Any], rule: tuple[str, ...], headers: Headers) -> bool:
        """Count one request, and say whether its key is over the limit; a request without the key is not counted."""
        key = _aggregation_key(statement, headers)
        if key is None:
            return False
        with self._lock:
            seen, now = self._seen[(*rule, *key)], self.clock()
            seen.append(now)
            while seen[0] <= now - int(statement.get("EvaluationWindowSec", 300)):
                seen.popleft()
            return len(seen) > int(statement["Limit"])


def install(settings: EmulatorSettings) -> None:
    """Associate web ACLs with stages, and let them judge before the gateway does."""
    handlers.record("AWS::WAFv2::WebACLAssociation")
    handlers.after_create("AWS::WAFv2::WebACLAssociation", _associate)
    handlers.after_update("AWS::WAFv2::WebACLAssociation", _associate)
    handlers.before_delete("AWS::WAFv2::WebACLAssociation", _dissociate)
    handlers.after_create("AWS::WAFv2::WebACL", _with_bodies)
    handlers.after_update("AWS::WAFv2::WebACL", _with_bodies)
    apigateway_v1._execute_in_scope = _judged(apigateway_v1._execute_in_scope, RateCounter())


def first_match(acl: Mapping[str, Any], headers: Headers, counter: RateCounter) -> Rule | None:
    """The rule that blocks a request, in the order of priority; each rule that is reached counts it."""
    for rule in sorted(acl["Rules"], key=lambda each: int(each["Priority"])):
        if "Block" in rule.get("Action", {}) and _matches(rule, str(acl["ARN"]), headers, counter):
            return rule  # type: ignore[no-any-return]
    return None


def _matches(rule: Rule, acl: str, headers: Headers, counter: RateCounter) -> bool:
    statement = rule["Statement"]
    if "RateBasedStatement" in statement:
        return counter.exceeds(statement["RateBasedStatement"], (acl, rule["Name"]), headers)
    if "RegexMatchStatement" in statement:
        regex = statement["RegexMatchStatement"]
        value = _header(headers, regex["FieldToMatch"]["SingleHeader"]["Name"])
        return value is not None and re.search(regex["RegexString"], value) is not None
    return False


def _aggregation_key(statement: Mapping[str, Any], headers: Headers) -> tuple[str, ...] | None:
    if statement["AggregateKeyType"] == "IP":
        return ((_header(headers, "x-forwarded-for") or "127.0.0.1").split(",")[0].strip(),)
    values = [_header(headers, key["Header"]["Name"]) for key in statement["CustomKeys"]]
    return None if None in values else tuple(str(value) for value in values)


def _header(headers: Headers, name: str) -> str | None:
    for key, value in headers.items():
        if key.lower() == name.lower():
            return value if isinstance(value, str) else str(value[-1])
    return None


def _judged(execute: Execute, counter: RateCounter) -> Execute:
    async def judged(request: dict[str, Any], api_id: str, stage: str, method: str, path: str, headers: Headers, *rest: Any) -> Any:  # noqa: ANN401 - passed through
        acl = _acl_of(f"arn:aws:apigateway:{get_region()}::/restapis/{api_id}/stages/{stage}")
        rule = first_match(acl, headers or {}, counter) if acl else None
        if acl is None or rule is None:
            return await execute(request, api_id, stage, method, path, headers, *rest)
        _count_block(acl, rule)
        request["stage"] = apigateway_v1._stages_v1[api_id][stage]
        custom = rule["Action"]["Block"].get("CustomResponse")
        return _custom_answer(acl, custom) if custom else apigateway_v1._gw_error("WAF_FILTERED", "Forbidden")

    return judged


def _count_block(acl: Mapping[str, Any], rule: Rule) -> None:
    for name in ("ALL", rule["VisibilityConfig"]["MetricName"]):
        dimensions = {"WebACL": acl["VisibilityConfig"]["MetricName"], "Rule": name, "Region": get_region()}
        cloudwatch.record_metric("AWS/WAFV2", "BlockedRequests", 1, "Count", dimensions)


def _custom_answer(acl: Mapping[str, Any], custom: Mapping[str, Any]) -> tuple[int, dict[str, str], bytes]:
    body = acl.get("CustomResponseBodies", {}).get(custom.get("CustomResponseBodyKey"), {"ContentType": "TEXT_PLAIN", "Content": ""})
    headers = {header["Name"]: header["Value"] for header in custom.get("ResponseHeaders", [])}
    return int(custom["ResponseCode"]), {"Content-Type": CONTENT_TYPES[body["ContentType"]], **headers}, body["Content"].encode()


def _acl_of(stage_arn: str) -> dict[str, Any] | None:
    arn = waf._associations.get(stage_arn)
    found: dict[str, Any] | None = waf.web_acl_record(arn.rsplit("/", 1)[1], "REGIONAL") if arn else None
    return found


def _associate(association: str, properties: handlers.Properties, attributes: handlers.Attributes) -> handlers.Attributes:
    waf._associations[properties["ResourceArn"]] = properties["WebACLArn"]
    return attributes


def _dissociate(association: str, properties: handlers.Properties) -> None:
    waf._associations.pop(properties["ResourceArn"], None)


def _with_bodies(acl: str, properties: handlers.Properties, attributes: handlers.Attributes) -> handlers.Attributes:
    """The shipped record drops the bodies of custom responses."""
    waf.web_acl_record(attributes["Id"], "REGIONAL")["CustomResponseBodies"] = properties.get("CustomResponseBodies", {})
    return attributes
