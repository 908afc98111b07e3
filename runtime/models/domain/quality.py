"""The verdict on a run's input data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Verdict(StrEnum):
    """PASS: within the limit. WARN: beyond it, but the gate lets the run go on. FAIL: refused."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True)
class QualityReport:
    """The verdict on the input of a run, with the whole quality document."""

    run_id: UUID
    verdict: Verdict
    payload: Mapping[str, object]
    created_at: datetime
