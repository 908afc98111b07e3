"""The router that every resource's routes hang on."""

from __future__ import annotations

from aws_lambda_powertools.event_handler.api_gateway import Router


class ApiRouter(Router):
    """Powertools' router, constructible from typed code."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
