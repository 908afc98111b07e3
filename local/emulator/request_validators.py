"""API Gateway: the shipped AWS::ApiGateway::RequestValidator is an id without effect when it comes from a template.

Ours is stored where requests are checked, and methods of a template refer to it.
"""

from __future__ import annotations

from ministack.services import apigateway_v1

from local.emulator import handlers
from local.emulator.settings import EmulatorSettings


def install(settings: EmulatorSettings) -> None:
    """Make request validators of templates work."""
    handlers.after_create("AWS::ApiGateway::RequestValidator", _store)
    handlers.after_update("AWS::ApiGateway::RequestValidator", _store)
    handlers.after_create("AWS::ApiGateway::Method", _refer)


def _store(validator_id: str, properties: handlers.Properties, attributes: handlers.Attributes) -> handlers.Attributes:
    apigateway_v1._request_validators.setdefault(properties["RestApiId"], {})[validator_id] = {
        "id": validator_id,
        "name": properties.get("Name"),
        "validateRequestBody": str(properties.get("ValidateRequestBody")).lower() == "true",
        "validateRequestParameters": str(properties.get("ValidateRequestParameters")).lower() == "true",
    }
    return attributes


def _refer(method_id: str, properties: handlers.Properties, attributes: handlers.Attributes) -> handlers.Attributes:
    if properties.get("RequestValidatorId"):
        resource = apigateway_v1._resources[properties["RestApiId"]][properties["ResourceId"]]
        resource["resourceMethods"][properties["HttpMethod"]]["requestValidatorId"] = properties["RequestValidatorId"]
    return attributes
