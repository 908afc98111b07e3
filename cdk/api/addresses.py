"""Where the API can be called: on the internet, by a custom domain name, or through endpoints of VPCs only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from aws_cdk.aws_apigateway import CfnDomainName, EndpointConfiguration, EndpointType, RestApi, SecurityPolicy
from aws_cdk.aws_certificatemanager import Certificate
from aws_cdk.aws_ec2 import InterfaceVpcEndpoint, IVpcEndpoint
from aws_cdk.aws_iam import AnyPrincipal, Effect, PolicyDocument, PolicyStatement
from constructs import Construct

from cdk.settings.model import Settings

HTTPS_PORT = 443


class Access(TypedDict, total=False):
    """The arguments of a REST API that decide from where it can be called."""

    endpoint_types: list[EndpointType]
    endpoint_configuration: EndpointConfiguration
    policy: PolicyDocument


def restrict_access(scope: Construct, settings: Settings) -> Access:
    """Return the arguments of a regional API, or of a private one that accepts calls through the endpoints of the settings only."""
    if not settings.api_endpoint_ids:
        return {"endpoint_types": [EndpointType.REGIONAL]}
    endpoints: list[IVpcEndpoint] = [
        InterfaceVpcEndpoint.from_interface_vpc_endpoint_attributes(scope, endpoint_id, vpc_endpoint_id=endpoint_id, port=HTTPS_PORT)
        for endpoint_id in settings.api_endpoint_ids
    ]
    return {
        "endpoint_configuration": EndpointConfiguration(types=[EndpointType.PRIVATE], vpc_endpoints=endpoints),
        "policy": PolicyDocument(statements=_accept_endpoints(settings.api_endpoint_ids)),
    }


def add_domain(api: RestApi, settings: Settings, tls: Mapping[str, str]) -> str | None:
    """Add the custom domain name of the settings, with the same TLS policy, and return the target of its DNS record; None without one."""
    if settings.domain_name is None or settings.certificate_arn is None:
        return None
    domain = api.add_domain_name(
        "Domain",
        domain_name=settings.domain_name,
        certificate=Certificate.from_certificate_arn(api, "Certificate", settings.certificate_arn),
        endpoint_type=EndpointType.REGIONAL,
        security_policy=SecurityPolicy.TLS_1_2,
    )
    resource = domain.node.default_child
    assert isinstance(resource, CfnDomainName)
    for name, value in tls.items():
        resource.add_property_override(name, value)
    return domain.domain_name_alias_domain_name


def _accept_endpoints(endpoint_ids: tuple[str, ...]) -> list[PolicyStatement]:
    """Allow what the tokens allow, and deny whatever comes another way."""
    resources = ["execute-api:/*"]
    elsewhere = {"StringNotEquals": {"aws:SourceVpce": list(endpoint_ids)}}
    return [
        PolicyStatement(principals=[AnyPrincipal()], actions=["execute-api:Invoke"], resources=resources),
        PolicyStatement(
            effect=Effect.DENY, principals=[AnyPrincipal()], actions=["execute-api:Invoke"], resources=resources, conditions=elsewhere
        ),
    ]
