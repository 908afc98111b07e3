"""API Gateway: a request validator of a template has no effect in the emulator.

This extension stores the validator where the emulator checks requests, and links the methods of the template to it.
"""

from __future__ import annotations

from ministack.services import apigateway_v1

from local.emulator import resource_handlers
from local.emulator.resource_handlers import Attributes, Properties
from local.emulator.settings import EmulatorSettings


def install(settings: EmulatorSettings) -> None:
    """Store request validators and link methods to them."""
    resource_handlers.run_after_create("AWS::ApiGateway::RequestValidator", store_validator)
    resource_handlers.run_after_update("AWS::ApiGateway::RequestValidator", store_validator)
    resource_handlers.run_after_create("AWS::ApiGateway::Method", link_method)


def store_validator(validator_id: str, properties: Properties, attributes: Attributes) -> Attributes:
    """Store a validator as the API of API Gateway would have; a template may give its flags as text."""
    apigateway_v1._request_validators.setdefault(properties["RestApiId"], {})[validator_id] = {
        "id": validator_id,
        "name": properties.get("Name"),
        "validateRequestBody": str(properties.get("ValidateRequestBody")).lower() == "true",
        "validateRequestParameters": str(properties.get("ValidateRequestParameters")).lower() == "true",
    }
    return attributes


def link_method(method_id: str, properties: Properties, attributes: Attributes) -> Attributes:
    """Set the validator of a method that refers to one."""
    if properties.get("RequestValidatorId"):
        resource = apigateway_v1._resources[properties["RestApiId"]][properties["ResourceId"]]
        resource["resourceMethods"][properties["HttpMethod"]]["requestValidatorId"] = properties["RequestValidatorId"]
    return attributes
