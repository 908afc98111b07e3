"""The canary's probe of the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from runtime.errors import NotFound, NothingPublished, SignifyError, Unavailable, UnexpectedResponse
from runtime.services.probe.canary_probe import CanaryProbe
from tests.fakes import FixedClock

RUN = "4c3a7bc4-6a83-5643-a1bd-0759cba68e5b"
FORECASTS: dict[str, Any] = {"forecasts": [{"sku_id": "SKU-1"}], "meta": {"run_id": RUN}}
HEALTHY = {"/forecasts": FORECASTS, f"/forecasts/{RUN}/accuracy": {"forecast_id": RUN}, "/kpis": {"kpis": []}}


@dataclass
class ScriptedApiClient:
    """ApiClient that returns or raises a scripted response per path."""

    responses: Mapping[str, dict[str, Any] | SignifyError]
    paths: list[str] = field(default_factory=list)

    def get(self, path: str, **parameters: object) -> Mapping[str, Any]:
        self.paths.append(path)
        response = self.responses[path]
        if isinstance(response, SignifyError):
            raise response
        return response


def test_a_healthy_api_passes_every_request(clock: FixedClock) -> None:
    client = ScriptedApiClient(HEALTHY)
    result = CanaryProbe(client, clock).run()
    assert (result.passed, client.paths) == (True, list(HEALTHY))
    assert result.as_dict()["failure"] is None


@pytest.mark.parametrize("response", [NothingPublished("no run yet"), {"forecasts": [], "meta": {"run_id": None}}])
def test_a_stage_without_a_published_run_passes(clock: FixedClock, response: dict[str, Any] | SignifyError) -> None:
    assert CanaryProbe(ScriptedApiClient({"/forecasts": response}), clock).run().passed


@pytest.mark.parametrize(
    ("path", "response", "message"),
    [
        ("/forecasts", Unavailable("the API cannot be reached"), "cannot be reached"),
        ("/forecasts", {"forecasts": [], "meta": {}}, "holds no forecast"),
        (f"/forecasts/{RUN}/accuracy", UnexpectedResponse("GET /accuracy returned 500"), "returned 500"),
        (f"/forecasts/{RUN}/accuracy", {"forecast_id": "another"}, "about another run"),
        ("/kpis", NotFound("GET /kpis returned 404"), "returned 404"),
        ("/kpis", {}, "no list of KPIs"),
    ],
)
def test_the_first_request_that_fails_is_reported(
    clock: FixedClock, path: str, response: dict[str, Any] | SignifyError, message: str
) -> None:
    client = ScriptedApiClient({**HEALTHY, path: response})
    result = CanaryProbe(client, clock).run()
    assert not result.passed
    assert message in str(result.failure)
    assert client.paths[-1] == path
