"""One kill drill on a running local stack: kill, recover, compare."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cli.drills.kills.alarms import FailureAlarms
from cli.drills.kills.plans import FUNCTION_SERVICES, KillPlan, StateInterval, Victim
from cli.drills.kills.processes import StackProcesses
from cli.drills.kills.runs import POLL_S, Execution
from cli.drills.kills.tables import Content, RunTables, compare
from cli.drills.publications import PublicationLog
from cli.platform import Platform

MAX_REDRIVES = 4
SETTLE_S = 30.0
"""Time within which the records of an execution that ended are complete."""


@dataclass(frozen=True)
class KillResult:
    """What a drill found. `kills` counts the kills; `faults` is empty when the run is as if nothing had happened."""

    plan: KillPlan
    kills: int
    redrives: int
    alarms: int
    seconds: float
    faults: tuple[str, ...]


@dataclass(frozen=True)
class KillDrills:
    """Drills of runs against one local stack, compared with the tables of an undisturbed run of the same day."""

    platform: Platform
    processes: StackProcesses
    tables: RunTables
    log: PublicationLog
    first_entry: int
    day: date
    alarms: FailureAlarms
    reference: Content
    timeline: Sequence[StateInterval]

    def run(self, plan: KillPlan, name: str) -> KillResult:
        """Start a run, kill as the plan says, redrive the run while it fails, and compare its tables."""
        start = time.monotonic()
        counts = self.alarms.reset()
        execution = Execution.start(self.platform, name)
        kills = self._kill(plan, execution)
        faults: list[str] = []
        alarms = redrives = 0
        while execution.wait_for_end() != "SUCCEEDED" and redrives < MAX_REDRIVES:
            alarm_faults = self.alarms.find_faults(execution.failed_state, counts)
            alarms += not alarm_faults
            faults += alarm_faults
            counts = self.alarms.reset()
            execution.redrive()
            redrives += 1
        run_id = self.tables.find_run(execution.arn)
        faults += ["the execution has no run"] if run_id is None else self._find_run_faults(run_id)
        return KillResult(plan, kills, redrives, alarms, time.monotonic() - start, tuple(faults))

    def _kill(self, plan: KillPlan, execution: Execution) -> int:
        execution.wait_for_state(plan.state)
        time.sleep(plan.offset_s)
        if plan.victim is Victim.POSTGRES:
            self.processes.restart_postgres(plan.outage_s)
            return 1
        kills = 0
        while execution.status == "RUNNING" and (kills == 0 or (plan.until_failure and execution.state == plan.state)):
            kills += int(self._kill_process(execution))
            time.sleep(POLL_S)
        return kills

    def _kill_process(self, execution: Execution) -> bool:
        """Kill the process of the current state: the run may be a state further than the undisturbed one was at this moment."""
        service = FUNCTION_SERVICES.get(execution.state)
        return self.processes.kill_function(service) if service else self.processes.kill_job()

    def _find_run_faults(self, run_id: UUID) -> list[str]:
        """Compare once the records are complete: the listener of execution events may still be at work."""
        deadline = time.monotonic() + SETTLE_S
        while (faults := self._compare(run_id)) and time.monotonic() < deadline:
            time.sleep(1)
        return faults

    def _compare(self, run_id: UUID) -> list[str]:
        faults = compare(self.reference, self.tables.read(run_id))
        if self.tables.find_published() != run_id:
            faults.append("the run is not the published one")
        if (count := [change.run_id for change in self.log.list_changes(self.first_entry)].count(run_id)) != 1:
            faults.append(f"the run became the published one {count} times")
        return faults
