"""What a kill drill does, drawn from its seed and the timeline of an undisturbed run."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from contracts.run_states import RunState

FUNCTION_SERVICES: dict[str, str] = {
    RunState.RESOLVE_INPUT: "run_resolver",
    RunState.QUALITY_GATE: "quality_gate",
    RunState.PUBLISH_RUN: "run_publisher",
    RunState.DETECT_ANOMALIES: "anomaly_detector",
    RunState.COMPUTE_KPIS: "kpi_calculator",
    RunState.MEASURE_LOGISTICS: "logistics_calculator",
    RunState.BUILD_INSIGHTS: "insight_builder",
    RunState.FINISH_RUN: "run_recorder",
}
"""The function of each state that calls one."""
JOB_STATES: tuple[str, ...] = (RunState.CLEANSE, RunState.BUILD_FEATURES, RunState.FORECAST)
MAX_OUTAGE_S = 20.0
UPLOAD_SPREAD_S = 1.5


class Victim(StrEnum):
    """The process that a drill ends."""

    FUNCTION = "function"
    JOB = "job"
    POSTGRES = "postgres"
    UPLOAD = "upload"


WEIGHTS = {Victim.FUNCTION: 7, Victim.JOB: 5, Victim.POSTGRES: 6, Victim.UPLOAD: 2}
REPEAT_SHARE = 0.4
"""Share of the drills of functions and jobs in which every attempt is killed until the run fails."""


@dataclass(frozen=True)
class StateInterval:
    """The time that an undisturbed run spent in a state, in seconds."""

    state: str
    seconds: float


@dataclass(frozen=True)
class KillPlan:
    """One drill: its victim, the state and the seconds after the run entered it, and how.

    until_failure: kill every attempt until the run fails, which a redrive then resumes. outage_s: how long PostgreSQL stays down.
    """

    seed: int
    victim: Victim
    state: str = ""
    offset_s: float = 0.0
    until_failure: bool = False
    outage_s: float = 0.0

    def bring_forward(self) -> KillPlan:
        """Return the same plan at half the time after the run entered the state, for a run that was faster than the undisturbed one."""
        return replace(self, offset_s=self.offset_s / 2)

    def __str__(self) -> str:
        """Return the plan in a few words."""
        moment = f"{self.victim} in {self.state} + {self.offset_s:.2f} s" if self.state else f"{self.victim} + {self.offset_s:.2f} s"
        return f"{moment}{', every attempt' if self.until_failure else ''}{f', down {self.outage_s:.0f} s' if self.outage_s else ''}"


def draw_plan(seed: int, timeline: Sequence[StateInterval]) -> KillPlan:
    """Return the plan of a seed. The moment is uniform over the time that the victim works in an undisturbed run."""
    generator = random.Random(seed)  # noqa: S311 - no secret
    victim = generator.choices(list(WEIGHTS), weights=list(WEIGHTS.values()))[0]
    if victim is Victim.UPLOAD:
        return KillPlan(seed, victim, offset_s=generator.uniform(0, UPLOAD_SPREAD_S))
    interval, offset_s = _draw_moment(generator, [interval for interval in timeline if _works_in(victim, interval.state)])
    if victim is Victim.POSTGRES:
        return KillPlan(seed, victim, interval.state, offset_s, outage_s=generator.uniform(0, MAX_OUTAGE_S))
    return KillPlan(seed, victim, interval.state, offset_s, until_failure=generator.random() < REPEAT_SHARE)


def _works_in(victim: Victim, state: str) -> bool:
    states = {Victim.FUNCTION: tuple(FUNCTION_SERVICES), Victim.JOB: JOB_STATES}
    return state in states.get(victim, (*FUNCTION_SERVICES, *JOB_STATES))


def _draw_moment(generator: random.Random, intervals: Sequence[StateInterval]) -> tuple[StateInterval, float]:
    moment = generator.uniform(0, sum(interval.seconds for interval in intervals))
    for interval in intervals[:-1]:
        if moment < interval.seconds:
            return interval, moment
        moment -= interval.seconds
    return intervals[-1], moment
