"""What a consumer does every morning, done now: read the published forecasts, how good they are, and the KPIs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from runtime.errors import BrokenAnswer, NotFound, NothingPublished, Unavailable
from runtime.services.ports import Clock, Consumer


@dataclass(frozen=True)
class Walk:
    """How it went. `failure` says what was asked and what came instead, or is None; `milliseconds` is the whole walk."""

    milliseconds: float
    failure: str | None = None

    @property
    def passed(self) -> bool:
        """Whether every step got what it asked for."""
        return self.failure is None

    def answer(self) -> dict[str, Any]:
        """What the canary answers."""
        return {"passed": self.passed, "milliseconds": round(self.milliseconds), "failure": self.failure}


@dataclass(frozen=True)
class ConsumerWalk:
    """Walk through the API; nothing is raised for what the API does wrong, since to tell of it is the purpose."""

    consumer: Consumer
    clock: Clock

    def walk(self) -> Walk:
        """Ask step by step, and stop at the first that fails. A stage that has published nothing yet is well."""
        started, failure = self.clock.now(), None
        try:
            self._read()
        except NothingPublished:
            pass
        except (BrokenAnswer, NotFound, Unavailable) as error:
            failure = str(error)
        return Walk((self.clock.now() - started).total_seconds() * 1000, failure)

    def _read(self) -> None:
        page = self.consumer.get("/forecasts", time_horizon="7d", limit=1)
        if len(page.get("forecasts") or ()) != 1:
            raise BrokenAnswer(f"GET /forecasts?limit=1 holds no forecast: {page}"[:300])
        run_id = page["meta"]["run_id"]
        accuracy = self.consumer.get(f"/forecasts/{run_id}/accuracy")
        if accuracy.get("forecast_id") != run_id:
            raise BrokenAnswer(f"GET /forecasts/{run_id}/accuracy is about another run: {accuracy}"[:300])
        if not isinstance(self.consumer.get("/kpis", limit=1).get("kpis"), list):
            raise BrokenAnswer("GET /kpis holds no list of KPIs")
