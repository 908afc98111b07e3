"""What a run is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk.aws_glue import PySparkEtlJob
from aws_cdk.aws_lambda import Function

from cdk.glue_job import JobSpec


@dataclass(frozen=True)
class Steps:
    """What the states call: functions by name, jobs by name with their specs."""

    functions: Mapping[str, Function]
    jobs: Mapping[str, tuple[JobSpec, PySparkEtlJob]]
