"""The firewall (AWS WAF): rate limits per token and IP address, a limit on the body, and AWS's common rules."""

from __future__ import annotations

import json

from aws_cdk import Aws
from aws_cdk.aws_apigateway import Stage
from aws_cdk.aws_cloudwatch import Metric
from aws_cdk.aws_wafv2 import CfnWebACL, CfnWebACLAssociation
from constructs import Construct

from cdk.common.metrics import PERIOD
from cdk.settings.model import Settings
from contracts.routes import MOST_QUERY_BYTES

WINDOW_S = 60
# Matches a Content-Length of 2,000,000 or more: WAF inspects only the first kilobytes of a body. A body between the limit of the API
# (MAX_BODY_BYTES) and this one reaches the function, whose 413 is problem+json with the request id.
LENGTH_FOR_THE_FIREWALL = "^([2-9][0-9]{6}|[0-9]{8,})$"
COMMON_RULES = "AWSManagedRulesCommonRuleSet"
# The limits of the rule group on bodies (8 KB) and queries (2 KB) only count: the rules BodySize and QuerySize limit them.
COUNT_ONLY_RULES = ("SizeRestrictions_BODY", "SizeRestrictions_QUERYSTRING")
BLOCKING_RULES = (
    "NoUserAgent_HEADER", "UserAgent_BadBots_HEADER",
    "SizeRestrictions_Cookie_HEADER", "SizeRestrictions_URIPATH",
    "EC2MetaDataSSRF_BODY", "EC2MetaDataSSRF_COOKIE", "EC2MetaDataSSRF_URIPATH", "EC2MetaDataSSRF_QUERYARGUMENTS",
    "GenericLFI_QUERYARGUMENTS", "GenericLFI_URIPATH", "GenericLFI_BODY",
    "RestrictedExtensions_URIPATH", "RestrictedExtensions_QUERYARGUMENTS",
    "GenericRFI_QUERYARGUMENTS", "GenericRFI_BODY", "GenericRFI_URIPATH",
    "CrossSiteScripting_COOKIE", "CrossSiteScripting_QUERYARGUMENTS", "CrossSiteScripting_BODY", "CrossSiteScripting_URIPATH",
)  # fmt: skip
RESPONSES = {
    "refused": (403, "FORBIDDEN", "The request was blocked", "A rule of the firewall blocked the request."),
    "long_query": (414, "QUERY_TOO_LONG", "The query is too long", f"Send a query of at most {MOST_QUERY_BYTES:,} bytes: name fewer SKUs."),
    "too_large": (413, "TOO_LARGE", "The body is too large", "Send fewer than 1,000,000 bytes."),
}


class WebAcl(Construct):
    """Inspect every request before API Gateway handles it.

    The rate rules have no response of their own, so that clients get the gateway response WAF_FILTERED: 429 as problem+json. Responses of
    WAF itself can only be application/json; they are limited to requests that regular clients do not send.
    """

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, stage: Stage) -> None:
        super().__init__(scope, construct_id)
        self._prefix = f"Signify-{settings.stage}"
        self.acl = CfnWebACL(
            self,
            "Acl",
            description=f"API of Signify, stage {settings.stage}",
            scope="REGIONAL",
            default_action=CfnWebACL.DefaultActionProperty(allow=CfnWebACL.AllowActionProperty()),
            visibility_config=self._visibility(""),
            custom_response_bodies={key: _response_body(*response) for key, response in RESPONSES.items()},
            rules=[
                self._rate(0, "RatePerToken", settings.api_client_rate_limit, _by_token()),
                self._rate(1, "RatePerAddress", settings.api_client_rate_limit, {"aggregate_key_type": "IP"}),
                self._body_size(2),
                self._query_size(3),
                self._common(4),
            ],
        )
        CfnWebACLAssociation(self, "OnStage", resource_arn=stage.stage_arn, web_acl_arn=self.acl.attr_arn)

    def metric(self, name: str) -> Metric:
        """Return the sum over all rules of BlockedRequests or AllowedRequests."""
        dimensions = {"WebACL": self._prefix, "Rule": "ALL", "Region": Aws.REGION}
        return Metric(namespace="AWS/WAFV2", metric_name=name, dimensions_map=dimensions, statistic="Sum", period=PERIOD)

    def _rate(self, priority: int, name: str, limit: int, aggregation: dict[str, object]) -> CfnWebACL.RuleProperty:
        statement = CfnWebACL.RateBasedStatementProperty(limit=limit, evaluation_window_sec=WINDOW_S, **aggregation)  # type: ignore[arg-type]
        block = CfnWebACL.RuleActionProperty(block=CfnWebACL.BlockActionProperty())
        return self._rule(priority, name, CfnWebACL.StatementProperty(rate_based_statement=statement), action=block)

    def _body_size(self, priority: int) -> CfnWebACL.RuleProperty:
        statement = CfnWebACL.RegexMatchStatementProperty(
            field_to_match=CfnWebACL.FieldToMatchProperty(single_header={"Name": "content-length"}),
            regex_string=LENGTH_FOR_THE_FIREWALL,
            text_transformations=[_NO_TRANSFORMATION],
        )
        return self._rule(priority, "BodySize", CfnWebACL.StatementProperty(regex_match_statement=statement), action=_respond("too_large"))

    def _query_size(self, priority: int) -> CfnWebACL.RuleProperty:
        statement = CfnWebACL.SizeConstraintStatementProperty(
            field_to_match=CfnWebACL.FieldToMatchProperty(query_string={}),
            comparison_operator="GT",
            size=MOST_QUERY_BYTES,
            text_transformations=[_NO_TRANSFORMATION],
        )
        return self._rule(
            priority, "QuerySize", CfnWebACL.StatementProperty(size_constraint_statement=statement), action=_respond("long_query")
        )

    def _common(self, priority: int) -> CfnWebACL.RuleProperty:
        overrides = [CfnWebACL.RuleActionOverrideProperty(name=name, action_to_use=_respond("refused")) for name in BLOCKING_RULES]
        count = CfnWebACL.RuleActionProperty(count=CfnWebACL.CountActionProperty())
        counts = [CfnWebACL.RuleActionOverrideProperty(name=name, action_to_use=count) for name in COUNT_ONLY_RULES]
        group = CfnWebACL.ManagedRuleGroupStatementProperty(
            vendor_name="AWS",
            name=COMMON_RULES,
            rule_action_overrides=[*overrides, *counts],
        )
        statement = CfnWebACL.StatementProperty(managed_rule_group_statement=group)
        return self._rule(priority, "CommonRules", statement, override_action=CfnWebACL.OverrideActionProperty(none={}))

    def _rule(
        self,
        priority: int,
        name: str,
        statement: CfnWebACL.StatementProperty,
        action: CfnWebACL.RuleActionProperty | None = None,
        override_action: CfnWebACL.OverrideActionProperty | None = None,
    ) -> CfnWebACL.RuleProperty:
        return CfnWebACL.RuleProperty(
            name=name,
            priority=priority,
            statement=statement,
            action=action,
            override_action=override_action,
            visibility_config=self._visibility(f"-{name}"),
        )

    def _visibility(self, suffix: str) -> CfnWebACL.VisibilityConfigProperty:
        # No request samples: they would contain tokens in plain text.
        return CfnWebACL.VisibilityConfigProperty(
            cloud_watch_metrics_enabled=True, metric_name=f"{self._prefix}{suffix}", sampled_requests_enabled=False
        )


_NO_TRANSFORMATION = CfnWebACL.TextTransformationProperty(priority=0, type="NONE")


def _by_token() -> dict[str, object]:
    """Aggregate by the header Authorization; requests without it are counted by IP address only."""
    header = CfnWebACL.RateLimitHeaderProperty(name="Authorization", text_transformations=[_NO_TRANSFORMATION])
    return {"aggregate_key_type": "CUSTOM_KEYS", "custom_keys": [CfnWebACL.RateBasedStatementCustomKeyProperty(header=header)]}


def _respond(key: str) -> CfnWebACL.RuleActionProperty:
    custom = CfnWebACL.CustomResponseProperty(response_code=RESPONSES[key][0], custom_response_body_key=key)
    return CfnWebACL.RuleActionProperty(block=CfnWebACL.BlockActionProperty(custom_response=custom))


def _response_body(status: int, code: str, title: str, detail: str) -> CfnWebACL.CustomResponseBodyProperty:
    problem = {"type": f"/problems/{code.lower().replace('_', '-')}", "title": title, "status": status, "code": code, "detail": detail}
    return CfnWebACL.CustomResponseBodyProperty(content_type="APPLICATION_JSON", content=json.dumps(problem))
