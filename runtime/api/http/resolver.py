"""What HTTP asks of every route, around the routing of Powertools: HEAD, links as the client sees them, entity tags."""

from __future__ import annotations

from typing import cast

from aws_lambda_powertools.event_handler import ApiGatewayResolver, APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import ResponseBuilder, Route
from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent
from typing_extensions import override

from runtime.api.http.conditional import add_entity_tag, is_fresh, not_modified
from runtime.api.http.csv_pages import to_csv
from runtime.api.http.links import add_next_link, set_mount_point
from runtime.api.http.representation import CSV, FORMAT, MEDIA_TYPE, find_model
from runtime.api.http.sizes import TOO_LARGE, is_too_large
from runtime.errors import ResponseTooLarge

IS_HEAD = "_is_head"


class HttpSemantics(ApiGatewayResolver):
    """A resolver in whose routes a GET is a HEAD too, and may be conditional."""

    def begin(self) -> None:
        """Read a HEAD as the GET whose headers it asks for, and note where the API is mounted."""
        event = self.current_event.raw_event
        set_mount_point(event)
        if event.get("httpMethod") == "HEAD":
            event["httpMethod"] = "GET"
            self.context[IS_HEAD] = True

    def finish(self, builder: ResponseBuilder[BaseProxyEvent]) -> ResponseBuilder[BaseProxyEvent]:
        """Complete the response to a GET or HEAD."""
        response = cast("Response[str]", builder.response)
        model = find_model(builder.route) if builder.route else None
        if response.status_code == 200 and model is not None:
            is_csv = self.context.get(MEDIA_TYPE) == CSV
            add_next_link(response, self.current_event.raw_event, **({FORMAT: "csv"} if is_csv else {}))
            if is_csv:
                to_csv(response, model)
        if is_too_large(response.body):
            return cast(
                "ResponseBuilder[BaseProxyEvent]", self._call_exception_handler(ResponseTooLarge(TOO_LARGE), cast(Route, builder.route))
            )
        if self.current_event.http_method == "GET":
            add_entity_tag(response)
            if is_fresh(response, self.current_event.headers):
                builder.response = response = not_modified(response)
        if self.context.get(IS_HEAD):
            response.body = ""
        return builder

    @override
    def _resolve(self) -> ResponseBuilder[BaseProxyEvent]:
        self.begin()
        return super()._resolve()

    @override
    def _call_route(self, route: Route, route_arguments: dict[str, str]) -> ResponseBuilder[BaseProxyEvent]:
        return self.finish(super()._call_route(route, route_arguments))

    @override
    async def _call_route_async(self, route: Route, route_arguments: dict[str, str]) -> ResponseBuilder[BaseProxyEvent]:
        return self.finish(await super()._call_route_async(route, route_arguments))


class ApiResolver(HttpSemantics, APIGatewayRestResolver):
    """The resolver of the function behind API Gateway."""
