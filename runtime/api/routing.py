"""The router that the routes of every resource are registered on."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from aws_lambda_powertools.event_handler.api_gateway import Router
from typing_extensions import override

Function = TypeVar("Function", bound=Callable[..., Any])
SIGNATURE = inspect.signature(Router.route)


class ApiRouter(Router):
    """Powertools' router, constructible from typed code. The docstring of a route is its description in the OpenAPI document."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    @override
    def route(self, *arguments: Any, **options: Any) -> Callable[[Function], Function]:
        parameters = SIGNATURE.bind(self, *arguments, **options)

        def register(function: Function) -> Function:
            parameters.arguments["description"] = inspect.getdoc(function)
            return Router.route(*parameters.args, **parameters.kwargs)(function)

        return register
