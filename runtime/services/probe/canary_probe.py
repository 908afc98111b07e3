"""The canary's check: read the published forecasts, their accuracy and the KPIs through the API, as a client does."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.errors import NotFound, NothingPublished, Unavailable, UnexpectedResponse
from runtime.services.ports import ApiClient, Clock


@dataclass(frozen=True)
class ProbeResult:
    """The result of one probe. `failure` names the request and the response, or is None; `milliseconds` is the duration."""

    milliseconds: float
    failure: str | None = None

    @property
    def passed(self) -> bool:
        """Whether every request got the expected response."""
        return self.failure is None

    def as_dict(self) -> dict[str, object]:
        """Return the output of the canary function."""
        return {"passed": self.passed, "milliseconds": round(self.milliseconds), "failure": self.failure}


@dataclass(frozen=True)
class CanaryProbe:
    """Call the API and report the first failure in the result; API failures are not raised, since reporting them is the purpose."""

    client: ApiClient
    clock: Clock

    def run(self) -> ProbeResult:
        """Send the requests one by one and stop at the first that fails. A stage without a published run passes."""
        started_at, failure = self.clock.now(), None
        try:
            self._read_published_run()
        except NothingPublished:
            pass
        except (UnexpectedResponse, NotFound, Unavailable) as error:
            failure = str(error)
        return ProbeResult((self.clock.now() - started_at).total_seconds() * 1000, failure)

    def _read_published_run(self) -> None:
        page = self.client.get("/forecasts", time_horizon="7d", limit=1)
        meta = page.get("meta") or {}
        if "run_id" in meta and meta["run_id"] is None:
            raise NothingPublished("no run has been published yet")  # the API responds with an empty page and a warning
        if len(page.get("forecasts") or ()) != 1:
            raise UnexpectedResponse(f"GET /forecasts?limit=1 holds no forecast: {page}"[:300])
        run_id = page["meta"]["run_id"]
        accuracy = self.client.get(f"/forecasts/{run_id}/accuracy")
        if accuracy.get("forecast_id") != run_id:
            raise UnexpectedResponse(f"GET /forecasts/{run_id}/accuracy is about another run: {accuracy}"[:300])
        if not isinstance(self.client.get("/kpis", limit=1).get("kpis"), list):
            raise UnexpectedResponse("GET /kpis holds no list of KPIs")
