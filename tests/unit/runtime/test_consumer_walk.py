"""A consumer's morning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from runtime.errors import BrokenAnswer, NotFound, NothingPublished, SignifyError, Unavailable
from runtime.services.probe.canary_probe import ConsumerWalk
from tests.fakes import FixedClock

RUN = "4c3a7bc4-6a83-5643-a1bd-0759cba68e5b"
FORECASTS: dict[str, Any] = {"forecasts": [{"sku_id": "SKU-1"}], "meta": {"run_id": RUN}}
WELL = {"/forecasts": FORECASTS, f"/forecasts/{RUN}/accuracy": {"forecast_id": RUN}, "/kpis": {"kpis": []}}


@dataclass
class Scripted:
    """Consumer: answers, or raises, what it was told."""

    answers: Mapping[str, dict[str, Any] | SignifyError]
    asked: list[str] = field(default_factory=list)

    def get(self, path: str, **parameters: object) -> Mapping[str, Any]:
        self.asked.append(path)
        answer = self.answers[path]
        if isinstance(answer, SignifyError):
            raise answer
        return answer


def test_a_platform_that_is_well_answers_every_step(clock: FixedClock) -> None:
    consumer = Scripted(WELL)
    walk = ConsumerWalk(consumer, clock).walk()
    assert (walk.passed, consumer.asked) == (True, list(WELL))
    assert walk.answer()["failure"] is None


def test_a_stage_that_has_published_nothing_yet_is_well(clock: FixedClock) -> None:
    assert ConsumerWalk(Scripted({"/forecasts": NothingPublished("no run yet")}), clock).walk().passed


@pytest.mark.parametrize(
    ("path", "answer", "told"),
    [
        ("/forecasts", Unavailable("the API cannot be reached"), "cannot be reached"),
        ("/forecasts", {"forecasts": [], "meta": {}}, "holds no forecast"),
        (f"/forecasts/{RUN}/accuracy", BrokenAnswer("GET /accuracy answered 500"), "answered 500"),
        (f"/forecasts/{RUN}/accuracy", {"forecast_id": "another"}, "about another run"),
        ("/kpis", NotFound("GET /kpis answered 404"), "answered 404"),
        ("/kpis", {}, "no list of KPIs"),
    ],
)
def test_the_first_step_that_fails_is_told(clock: FixedClock, path: str, answer: dict[str, Any] | SignifyError, told: str) -> None:
    consumer = Scripted({**WELL, path: answer})
    walk = ConsumerWalk(consumer, clock).walk()
    assert not walk.passed
    assert told in str(walk.failure)
    assert consumer.asked[-1] == path
