"""The words of insights: categories, priorities, and who acts."""

from __future__ import annotations

from enum import StrEnum


class InsightCategory(StrEnum):
    """What an insight is about."""

    FORECAST_ACCURACY = "FORECAST_ACCURACY"
    FORECAST_BIAS = "FORECAST_BIAS"
    DEMAND_ANOMALY = "DEMAND_ANOMALY"
    INVENTORY_RISK = "INVENTORY_RISK"
    SERVICE_LEVEL = "SERVICE_LEVEL"
    CAPACITY = "CAPACITY"
    TRANSPORT_UTILISATION = "TRANSPORT_UTILISATION"
    COST = "COST"
    DATA_QUALITY = "DATA_QUALITY"
    MODEL_HEALTH = "MODEL_HEALTH"


class Priority(StrEnum):
    """How urgent it is to act, the most urgent first."""

    CRITICAL = "CRITICAL"
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"

    @property
    def rank(self) -> int:
        """Its place in the order, 0 for the most urgent."""
        return list(Priority).index(self)


class ImpactBasis(StrEnum):
    """What the impact score measures: money, or, without prices, the volume."""

    MONEY = "money"
    VOLUME = "volume"


OUTCOME = "outcome"
"""The dimension of a scope whose value names the findings themselves, such as rejected files."""
DEMAND_PLANNER = "demand planner"
DATA_STEWARD = "data steward"
PLATFORM_ENGINEER = "platform engineer"
OPERATIONS_MANAGER = "operations manager"
SITE_MANAGER = "site manager"
TRANSPORT_PLANNER = "transport planner"
INVENTORY_PLANNER = "inventory planner"
FINANCE = "finance"
