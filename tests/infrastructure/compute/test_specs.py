"""The tables of functions and jobs, compared with what is deployed."""

from __future__ import annotations

import pytest

from cdk.compute.function_specs import FUNCTION_SPECS, FunctionSpec
from cdk.compute.job_specs import AMAZON_FORECAST_JOBS, BUILTIN_JOBS
from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.templates import Resource, Stage


def function_of(stage: Stage, spec: FunctionSpec) -> Resource | None:
    functions = [
        function
        for function in stage.platform_functions().values()
        if function["Properties"]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == spec.name
    ]
    assert len(functions) <= 1
    return functions[0] if functions else None


@pytest.mark.parametrize("spec", FUNCTION_SPECS, ids=lambda spec: spec.name)
def test_a_function_is_deployed_as_its_spec_says(synthesise: Synthesise, spec: FunctionSpec) -> None:
    channels = {"slackWebhookParameter": "/signify/prod/slack-webhook", "teamsWebhookParameter": "/signify/prod/teams-webhook"}
    function = function_of(synthesise("prod", **channels)["prod"], spec)
    assert function is not None
    properties = function["Properties"]
    assert properties["Handler"] == spec.entry_point
    assert (properties["MemorySize"], properties["Timeout"]) == (spec.memory_mib, spec.timeout_s)
    assert properties.get("EphemeralStorage", {"Size": 512})["Size"] == spec.ephemeral_storage_mib
    assert properties["Description"] == spec.description
    assert ("VpcConfig" in properties) is spec.in_vpc
    assert ("DeadLetterConfig" in properties) is spec.asynchronous


def test_every_spec_has_a_name_of_its_own() -> None:
    for specs in (FUNCTION_SPECS, (*BUILTIN_JOBS, *AMAZON_FORECAST_JOBS)):
        names = [spec.name for spec in specs]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("spec", [*FUNCTION_SPECS, *BUILTIN_JOBS, *AMAZON_FORECAST_JOBS], ids=lambda spec: spec.name)
def test_the_construct_id_is_the_name_in_camel_case(spec: FunctionSpec) -> None:
    words = spec.name.split("_")
    assert spec.construct_id.lower() == "".join(words)
    assert sum(letter.isupper() for letter in spec.construct_id) == len(words)


def test_jobs_have_time_limits_below_that_of_the_run() -> None:
    assert all(0 < spec.timeout_minutes <= 240 for spec in (*BUILTIN_JOBS, *AMAZON_FORECAST_JOBS))
    assert sum(spec.timeout_minutes for spec in BUILTIN_JOBS) <= 8 * 60
