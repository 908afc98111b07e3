"""The verdict on a run's input data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Verdict(StrEnum):
    """PASS: within the limit. WARN: beyond it, but the gate lets the run go on. FAIL: refused."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True)
class QualityReport:
    """What the gate decided about a run, with the whole quality document."""

    run_id: UUID
    verdict: Verdict
    payload: Mapping[str, Any]
    created_at: datetime
