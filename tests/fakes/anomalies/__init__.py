"""Fakes of anomaly detection."""

from tests.fakes.anomalies.events import InMemoryAnomalyEvents, InMemoryReferenceData

__all__ = ["InMemoryAnomalyEvents", "InMemoryReferenceData"]
