"""The zones that the jobs may access, as their roles grant them."""

from __future__ import annotations

from collections.abc import Iterable

from cdk.compute.job_specs import AMAZON_FORECAST_JOBS, BUILTIN_JOBS
from contracts.paths import Zone


def writable_zones(job: str) -> set[Zone]:
    [spec] = [spec for spec in (*BUILTIN_JOBS, *AMAZON_FORECAST_JOBS) if spec.name == job]
    return set(spec.writes)


def zones_of(keys: Iterable[str]) -> set[str]:
    return {key.partition("/")[0] for key in keys}
