"""Recommended actions: who should do what by when. The same anomaly always gets the same advice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from kpi_engine.anomalies.kind import AnomalyKind
from kpi_engine.anomalies.terms import Severity

DAYS_TO_ACT = {Severity.CRITICAL: 1, Severity.HIGH: 2, Severity.MEDIUM: 5, Severity.LOW: 7}

CALL_CUSTOMER = ("account manager", "Ask the customers behind the top contributors whether the orders moved, were lost, or are late")
STOCK_AND_SITE = ("inventory planner", "Check stock, listing and whether the site took orders; then ask the customer")
REFORECAST = ("demand planner", "Confirm the new level with the customer, then retrain or override the forecast from its first day on")
SECURE_CAPACITY = ("site manager", "Secure labour, doors and trucks for the extra volume, and move what can wait to days with headroom")
SERVICE = ("operations manager", "Find the failed orders of the top contributors, fix their cause, and tell the customers a new date")
DATA = ("data steward", "Ask the sender for the missing file or rows, load them, and run the detection again")
LOOK = ("demand planner", "Look at the series of the group: without expected values no more specific action can be recommended")

ADVICE = {
    AnomalyKind.VOLUME_DROP: CALL_CUSTOMER,
    AnomalyKind.ZERO_DEMAND: STOCK_AND_SITE,
    AnomalyKind.LEVEL_SHIFT: REFORECAST,
    AnomalyKind.TREND_BREAK: REFORECAST,
    AnomalyKind.VOLUME_SPIKE: SECURE_CAPACITY,
    AnomalyKind.INTERMITTENT_BURST: SECURE_CAPACITY,
    AnomalyKind.CAPACITY_BREACH: SECURE_CAPACITY,
    AnomalyKind.SERVICE_DROP: SERVICE,
    AnomalyKind.DATA_GAP: DATA,
}


@dataclass(frozen=True)
class Action:
    """One recommended action; deadline: the last day to act."""

    action: str
    owner_role: str
    deadline: date

    def as_dict(self) -> dict[str, str]:
        """Return the action for JSON."""
        return {"action": self.action, "owner_role": self.owner_role, "deadline": self.deadline.isoformat()}


def recommend_action(kind: AnomalyKind | None, severity: Severity, made_on: date) -> Action:
    """Return the action for a kind: CRITICAL within 1 day of the day on which it is made, HIGH 2, MEDIUM 5, LOW 7 (a convention).

    >>> recommend_action(AnomalyKind.DATA_GAP, Severity.HIGH, date(2026, 11, 21)).deadline
    datetime.date(2026, 11, 23)
    """
    role, action = ADVICE[kind] if kind else LOOK
    return Action(action, role, made_on + timedelta(days=DAYS_TO_ACT[severity]))
