"""Who should do what until when. The same finding always gives the same advice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from kpi_engine.anomalies.assessment.severity import Severity
from kpi_engine.anomalies.detection.kinds import UP, Kind

DAYS_TO_ACT = {Severity.CRITICAL: 1, Severity.HIGH: 2, Severity.MEDIUM: 5, Severity.LOW: 7}

CALL_CUSTOMER = ("account manager", "Ask the customers behind the top contributors whether the orders moved, were lost, or are late")
STOCK_AND_SITE = ("inventory planner", "Check stock, listing and whether the site took orders; then ask the customer")
REFORECAST = ("demand planner", "Confirm the new level with the customer, then retrain or override the forecast from its first day on")
SECURE_CAPACITY = ("site manager", "Secure labour, doors and trucks for the extra volume, and move what can wait to days with headroom")
SERVICE = ("operations manager", "Find the failed orders of the top contributors, fix their cause, and tell the customers a new date")
DATA = ("data steward", "Ask the sender for the missing file or rows, load them, and run the detection again")
LOOK = ("demand planner", "Look at the series of the group; the source told no expected values, so that nothing more can be advised")

ADVICE = {
    Kind.VOLUME_DROP: CALL_CUSTOMER,
    Kind.ZERO_DEMAND: STOCK_AND_SITE,
    Kind.LEVEL_SHIFT: REFORECAST,
    Kind.TREND_BREAK: REFORECAST,
    Kind.VOLUME_SPIKE: SECURE_CAPACITY,
    Kind.INTERMITTENT_BURST: SECURE_CAPACITY,
    Kind.CAPACITY_BREACH: SECURE_CAPACITY,
    Kind.SERVICE_DROP: SERVICE,
    Kind.DATA_GAP: DATA,
}


@dataclass(frozen=True)
class Action:
    """One recommended action; deadline: the last day to act."""

    action: str
    owner_role: str
    deadline: date


def action_for(kind: Kind | None, severity: Severity, last_complete_day: date) -> Action:
    """CRITICAL within 1 day of the window's last day, HIGH 2, MEDIUM 5, LOW 7 (a convention)."""
    role, action = ADVICE[kind] if kind else LOOK
    return Action(action, role, last_complete_day + timedelta(days=DAYS_TO_ACT[severity]))


def words_for(kind: Kind | None, direction: int) -> str:
    """The kind in words; a shift says where to."""
    if kind is None:
        return "Anomaly"
    words = str(kind).replace("_", " ").capitalize()
    way = "up" if direction == UP else "down"
    return f"{words} {way}" if kind in (Kind.LEVEL_SHIFT, Kind.TREND_BREAK) and direction else words
