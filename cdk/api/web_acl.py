"""The API's firewall: AWS's common rules, a limit on bodies, and 100 requests a minute for each token and each address."""

from __future__ import annotations

import json

from aws_cdk import Aws
from aws_cdk.aws_apigateway import Stage
from aws_cdk.aws_cloudwatch import Metric
from aws_cdk.aws_wafv2 import CfnWebACL, CfnWebACLAssociation
from constructs import Construct

from cdk.common.metrics import PERIOD
from cdk.settings.model import Settings

WINDOW_S = 60
# Judged by its declared length: the firewall itself sees no more than the first kilobytes of a body.
BODY_OF_A_MEGABYTE = "^[0-9]{7,}$"
COMMON_RULES = "AWSManagedRulesCommonRuleSet"
# The group's limit of 8 KB on bodies counts only: requests may be as long as the rule BodySize allows.
COUNTED = "SizeRestrictions_BODY"
REFUSED = (
    "NoUserAgent_HEADER", "UserAgent_BadBots_HEADER",
    "SizeRestrictions_QUERYSTRING", "SizeRestrictions_Cookie_HEADER", "SizeRestrictions_URIPATH",
    "EC2MetaDataSSRF_BODY", "EC2MetaDataSSRF_COOKIE", "EC2MetaDataSSRF_URIPATH", "EC2MetaDataSSRF_QUERYARGUMENTS",
    "GenericLFI_QUERYARGUMENTS", "GenericLFI_URIPATH", "GenericLFI_BODY",
    "RestrictedExtensions_URIPATH", "RestrictedExtensions_QUERYARGUMENTS",
    "GenericRFI_QUERYARGUMENTS", "GenericRFI_BODY", "GenericRFI_URIPATH",
    "CrossSiteScripting_COOKIE", "CrossSiteScripting_QUERYARGUMENTS", "CrossSiteScripting_BODY", "CrossSiteScripting_URIPATH",
)  # fmt: skip
BODIES = {
    "refused": (403, "FORBIDDEN", "The request looks like an attack", "A firewall rule refused the request."),
    "too_large": (413, "TOO_LARGE", "The body is too large", "Send less than 1,000,000 bytes."),
}


class WebAcl(Construct):
    """Judges every request before the gateway sees it.

    The rate rules block without an answer of their own, so that the gateway's response WAF_FILTERED answers: 429 as problem+json.
    What the firewall itself answers can only be application/json; that is left to what no honest client meets.
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
            custom_response_bodies={key: _body(*answer) for key, answer in BODIES.items()},
            rules=[
                self._rate(0, "RatePerToken", settings.api_client_rate_limit, _by_token()),
                self._rate(1, "RatePerAddress", settings.api_client_rate_limit, {"aggregate_key_type": "IP"}),
                self._body_size(2),
                self._common(3),
            ],
        )
        CfnWebACLAssociation(self, "OnStage", resource_arn=stage.stage_arn, web_acl_arn=self.acl.attr_arn)

    def metric(self, name: str) -> Metric:
        """A sum over all rules: BlockedRequests or AllowedRequests."""
        dimensions = {"WebACL": self._prefix, "Rule": "ALL", "Region": Aws.REGION}
        return Metric(namespace="AWS/WAFV2", metric_name=name, dimensions_map=dimensions, statistic="Sum", period=PERIOD)

    def _rate(self, priority: int, name: str, limit: int, key: dict[str, object]) -> CfnWebACL.RuleProperty:
        counted = CfnWebACL.RateBasedStatementProperty(limit=limit, evaluation_window_sec=WINDOW_S, **key)  # type: ignore[arg-type]
        block = CfnWebACL.RuleActionProperty(block=CfnWebACL.BlockActionProperty())
        return self._rule(priority, name, CfnWebACL.StatementProperty(rate_based_statement=counted), action=block)

    def _body_size(self, priority: int) -> CfnWebACL.RuleProperty:
        declared = CfnWebACL.RegexMatchStatementProperty(
            field_to_match=CfnWebACL.FieldToMatchProperty(single_header={"Name": "content-length"}),
            regex_string=BODY_OF_A_MEGABYTE,
            text_transformations=[_AS_IT_IS],
        )
        return self._rule(priority, "BodySize", CfnWebACL.StatementProperty(regex_match_statement=declared), action=_answer("too_large"))

    def _common(self, priority: int) -> CfnWebACL.RuleProperty:
        overrides = [CfnWebACL.RuleActionOverrideProperty(name=name, action_to_use=_answer("refused")) for name in REFUSED]
        counted = CfnWebACL.RuleActionProperty(count=CfnWebACL.CountActionProperty())
        group = CfnWebACL.ManagedRuleGroupStatementProperty(
            vendor_name="AWS",
            name=COMMON_RULES,
            rule_action_overrides=[*overrides, CfnWebACL.RuleActionOverrideProperty(name=COUNTED, action_to_use=counted)],
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
        # No samples: they would keep tokens in plain text.
        return CfnWebACL.VisibilityConfigProperty(
            cloud_watch_metrics_enabled=True, metric_name=f"{self._prefix}{suffix}", sampled_requests_enabled=False
        )


_AS_IT_IS = CfnWebACL.TextTransformationProperty(priority=0, type="NONE")


def _by_token() -> dict[str, object]:
    """A key of its own for every value of Authorization; requests without it are counted by address alone."""
    header = CfnWebACL.RateLimitHeaderProperty(name="Authorization", text_transformations=[_AS_IT_IS])
    return {"aggregate_key_type": "CUSTOM_KEYS", "custom_keys": [CfnWebACL.RateBasedStatementCustomKeyProperty(header=header)]}


def _answer(body: str) -> CfnWebACL.RuleActionProperty:
    custom = CfnWebACL.CustomResponseProperty(response_code=BODIES[body][0], custom_response_body_key=body)
    return CfnWebACL.RuleActionProperty(block=CfnWebACL.BlockActionProperty(custom_response=custom))


def _body(status: int, code: str, title: str, detail: str) -> CfnWebACL.CustomResponseBodyProperty:
    problem = {"type": f"/problems/{code.lower().replace('_', '-')}", "title": title, "status": status, "code": code, "detail": detail}
    return CfnWebACL.CustomResponseBodyProperty(content_type="APPLICATION_JSON", content=json.dumps(problem))
