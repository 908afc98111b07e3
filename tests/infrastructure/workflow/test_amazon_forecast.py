"""The branch of Amazon Forecast, by the template that is synthesised when it is chosen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib import resources
from typing import Any

import botocore.session
import pytest
from botocore.model import OperationModel

from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.templates import Stage, as_list, render, statements

pytestmark = pytest.mark.synth
KINDS = ("Import", "Predictor", "Forecast", "Export")
CREATES = {"Import": "StartImport", "Predictor": "TrainPredictor", "Forecast": "MakeForecast", "Export": "StartExport"}


@pytest.fixture(scope="session")
def forecast_stage(synthesise: Synthesise) -> Stage:
    """Stage dev with Amazon Forecast."""
    return synthesise("dev", forecastBackend="amazon_forecast")["dev"]


@pytest.fixture(scope="session")
def states(forecast_stage: Stage) -> dict[str, dict[str, Any]]:
    """The states of the run."""
    [machine] = forecast_stage.of_type("AWS::StepFunctions::StateMachine").values()
    return dict(json.loads(render(machine["Properties"]["DefinitionString"]))["States"])


def iam_actions(service: str) -> dict[str, dict[str, Any]]:
    """The actions of a service with the types of resource each has, as cfn-lint carries them."""
    document = json.loads(resources.files("cfnlint.data.AdditionalSpecs").joinpath("Policies.json").read_text(encoding="utf-8"))
    return dict(document[service]["Actions"])


def test_nothing_of_it_is_there_unless_it_is_chosen(stage: Stage) -> None:
    assert "Forecasting" not in stage.templates
    assert "forecast:" not in json.dumps([template.document for template in stage.templates.values()]).replace("amazon_forecast:", "")
    assert not [name for name, resource in stage.resources() if resource["Type"].startswith("AWS::Forecast::")]


def test_choosing_it_adds_a_stack_and_changes_the_run_alone(forecast_stage: Stage, synthesise: Synthesise) -> None:
    without = synthesise("dev")["dev"].templates
    changed_stacks = {
        name for name, template in forecast_stage.templates.items() if name not in without or template.document != without[name].document
    }
    # The lake gains outputs that the new stack refers to, and nothing else.
    assert changed_stacks <= {"Forecasting", "Workflow", "Lake"}
    assert forecast_stage.templates["Lake"].document["Resources"] == without["Lake"].document["Resources"]


def test_the_group_holds_the_demand_with_the_columns_that_the_job_writes(forecast_stage: Stage) -> None:
    [(name, dataset)] = forecast_stage.templates["Forecasting"].of_type("AWS::Forecast::Dataset").items()
    [group] = forecast_stage.templates["Forecasting"].of_type("AWS::Forecast::DatasetGroup").values()
    properties = dataset["Properties"]
    assert [column["AttributeName"] for column in properties["Schema"]["Attributes"]] == ["item_id", "timestamp", "target_value", "site_id"]
    assert (properties["DatasetType"], properties["DataFrequency"], properties["Domain"]) == ("TARGET_TIME_SERIES", "D", "CUSTOM")
    assert group["Properties"]["DatasetArns"] == [{"Fn::GetAtt": [name, "Arn"]}]
    assert "LakeKey" in render(properties["EncryptionConfig"]["KmsKeyArn"])
    assert properties["DatasetName"].startswith("signify_dev_")


def test_the_states_walk_from_preparing_to_publishing(states: dict[str, dict[str, Any]]) -> None:
    path, name = [], states["BuildFeatures"]["Next"]
    while name != "PublishRun":
        path.append(name)
        name = states[name].get("Next") or states[name]["Choices"][0]["Next"]
    assert path == [
        "PrepareForecast",
        *(state for kind in KINDS for state in (CREATES[kind], f"WaitFor{kind}", f"Describe{kind}", f"{kind}Ready")),
        "ReadAccuracy",
        "LoadForecast",
        "DeletePredictor",
        "DeleteImport",
    ]


def test_every_task_is_bounded_retried_with_full_jitter_and_caught(states: dict[str, dict[str, Any]]) -> None:
    for name, state in states.items():
        if state["Type"] == "Task" and name != "FailRun":
            assert 0 < state["TimeoutSeconds"] <= 3 * 3600, name
            assert state["Retry"], name
            assert all((retry["JitterStrategy"], retry["MaxDelaySeconds"]) == ("FULL", 60) for retry in state["Retry"]), name
            assert state["Catch"][-1]["ErrorEquals"] == ["States.ALL"], name


def api_calls(states: dict[str, dict[str, Any]]) -> dict[str, tuple[dict[str, Any], OperationModel]]:
    """The states that call the service, with the operation as the SDK describes it."""
    service = botocore.session.get_session().get_service_model("forecast")
    actions = {
        name: state["Resource"].split(":")[-1] for name, state in states.items() if ":aws-sdk:forecast:" in state.get("Resource", "")
    }
    return {name: (states[name], service.operation_model(action[0].upper() + action[1:])) for name, action in actions.items()}


def faults(value: Any, shape: Any, path: str) -> Iterator[str]:
    """What the API would not take of the arguments; members are named as Step Functions does, KmsKeyArn for KMSKeyArn."""
    if isinstance(value, str) and value.startswith("{%"):
        return
    if shape.type_name == "structure":
        members = {name.lower(): member for name, member in shape.members.items()}
        missing = {name.lower() for name in shape.required_members} - {name.lower() for name in value}
        yield from (f"{path}.{name} is missing" for name in missing)
        for name, member in value.items():
            yield from faults(member, members[name.lower()], f"{path}.{name}") if name.lower() in members else [f"{path}.{name} is unknown"]
    elif shape.type_name == "list":
        for element in value:
            yield from faults(element, shape.member, f"{path}[]")
    elif shape.type_name == "string":
        if shape.enum and value not in shape.enum:
            yield f"{path} is {value!r}, not one of {shape.enum}"
        if (pattern := shape.metadata.get("pattern")) and "<" not in value and not re.search(pattern, value):
            yield f"{path} is {value!r}, which does not match {pattern}"


def test_every_call_matches_the_request_and_response_shapes_of_the_api(states: dict[str, dict[str, Any]]) -> None:
    calls = api_calls(states)
    assert len(calls) == 3 * len(KINDS) + 3
    assert not [fault for name, (state, operation) in calls.items() for fault in faults(state["Arguments"], operation.input_shape, name)]
    for name, (state, operation) in calls.items():
        read = set(re.findall(r"\$states\.result\.(\w+)", json.dumps([state.get("Assign"), state.get("Output")])))
        assert read <= set(operation.output_shape.members if operation.output_shape else ()), name


def test_every_error_that_is_retried_or_caught_exists_in_the_api(states: dict[str, dict[str, Any]]) -> None:
    of_the_sdk = {"ThrottlingException", "ServiceUnavailableException", "ForecastException", "SdkClientException"}
    for name, (state, operation) in api_calls(states).items():
        error_names = {shape.name for shape in operation.service_model.error_shapes} | of_the_sdk
        names = {error for rule in (*state["Retry"], *state["Catch"]) for error in rule["ErrorEquals"] if error.startswith("Forecast.")}
        assert {error.removeprefix("Forecast.") for error in names} <= error_names, name


def test_wait_states_poll_the_service_instead_of_functions(states: dict[str, dict[str, Any]]) -> None:
    for kind in KINDS:
        assert states[f"WaitFor{kind}"] == {"Type": "Wait", "Seconds": 60, "Next": f"Describe{kind}"}
        assert states[f"Describe{kind}"]["Resource"].split(":")[-2] == "forecast"


def test_the_history_of_an_execution_holds_every_poll_until_the_deadlines(states: dict[str, dict[str, Any]]) -> None:
    """25,000 events are an execution's quota; a Wait and a Choice write two, a Task five."""
    hours = [
        int(states[create]["Assign"][f"{kind.lower()}_deadline"].split("+")[1].split()[0]) / 3_600_000 for kind, create in CREATES.items()
    ]
    polls = sum(3600 * hour / states[f"WaitFor{kind}"]["Seconds"] for kind, hour in zip(CREATES, hours, strict=True))
    assert 0 < polls * (2 + 5 + 2) < 25_000 / 2


def test_another_schema_is_another_data_set(forecast_stage: Stage, synthesise: Synthesise, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service changes no data set, and CloudFormation replaces one only when its name changes."""
    from cdk.workflow import amazon_forecast

    def name(stage: Stage) -> str:
        [dataset] = stage.of_type("AWS::Forecast::Dataset").values()
        return str(dataset["Properties"]["DatasetName"])

    monkeypatch.setattr(amazon_forecast, "SCHEMA", amazon_forecast.SCHEMA[:-1])
    another = synthesise("dev", forecastBackend="amazon_forecast", runsKept="29")["dev"]  # another setting, or the answer is the one before
    assert re.fullmatch("signify_dev_demand_[0-9a-f]{8}", name(forecast_stage))
    assert name(another) != name(forecast_stage)
    for stage in (forecast_stage, another):  # an unchanged template is not deployed again, so the run has to name it
        assert f":dataset/{name(stage)}" in render(stage.templates["Workflow"].document)


@pytest.mark.parametrize("kind", KINDS)
def test_pending_resources_are_polled_until_a_deadline_and_other_states_fail(states: dict[str, dict[str, Any]], kind: str) -> None:
    active, pending, late, failure = states[f"{kind}Ready"]["Choices"]
    assert active["Condition"] == "{% $states.input.Status = 'ACTIVE' %}"
    assert pending["Next"] == f"WaitFor{kind}"
    assert f"< ${kind.lower()}_deadline" in pending["Condition"]
    assert (late["Next"], failure["Next"], failure["Condition"]) == ("RecordFailure", "RecordFailure", "{% true %}")
    errors = [choice["Assign"]["failure"]["error"]["Error"] for choice in (late, failure)]
    assert errors == ["AmazonForecastTooSlow", "AmazonForecastFailed"]
    assert "Default" not in states[f"{kind}Ready"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_retry_finds_an_existing_resource_and_a_redrive_recreates_a_failed_one(states: dict[str, dict[str, Any]], kind: str) -> None:
    create = states[CREATES[kind]]
    assert (create["Catch"][0]["ErrorEquals"], create["Catch"][0]["Next"]) == (["Forecast.ResourceAlreadyExistsException"], f"Find{kind}")
    assert states[f"Find{kind}"]["Next"] == f"WaitFor{kind}"
    assert {choice["Assign"]["failure"]["state"] for choice in states[f"{kind}Ready"]["Choices"][2:]} == {CREATES[kind]}
    assert "RedriveCount" in json.dumps(create["Arguments"])
    resume_targets = {choice["Next"] for choice in states["Resume"]["Choices"]}
    assert {CREATES[kind], f"Describe{kind}"} <= resume_targets


def test_the_predictor_is_trained_for_the_quantiles_and_dimensions_of_the_table(states: dict[str, dict[str, Any]]) -> None:
    arguments = states["TrainPredictor"]["Arguments"]
    assert (arguments["ForecastTypes"], arguments["ForecastFrequency"], arguments["ForecastDimensions"]) == (
        ["0.1", "0.5", "0.9"],
        "D",
        ["site_id"],
    )
    assert arguments["ForecastHorizon"] == "{% $run.horizon_days %}"
    assert states["MakeForecast"]["Arguments"]["ForecastTypes"] == ["0.1", "0.5", "0.9"]


def test_no_name_is_longer_than_63_characters(states: dict[str, dict[str, Any]]) -> None:
    [prefix] = {states[CREATES[kind]]["Assign"][f"{kind.lower()}_name"].split("'")[1] for kind in KINDS}
    assert prefix == "signify_dev_"
    longest = len("signify_local_") + 32 + len("_1000")  # an execution is redriven 1,000 times at most
    assert longest <= 63


def test_a_clean_up_that_fails_does_not_stop_the_run(states: dict[str, dict[str, Any]]) -> None:
    assert [catch["Next"] for catch in states["DeletePredictor"]["Catch"]] == ["DeleteImport"]
    assert [catch["Next"] for catch in states["DeleteImport"]["Catch"]] == ["PublishRun"]


def of_the_run(forecast_stage: Stage) -> list[dict[str, Any]]:
    """The statements of the run's role."""
    [role] = [
        role
        for role in forecast_stage.templates["Workflow"].of_type("AWS::IAM::Role").values()
        if role["Properties"].get("Description") == "Role of the run"
    ]
    return statements(role)


def test_the_run_may_touch_this_stages_names_alone_and_hands_its_role_to_the_service_alone(forecast_stage: Stage) -> None:
    forecast = [s for s in of_the_run(forecast_stage) if str(as_list(s["Action"])[0]).startswith("forecast:")]
    [acts, _] = forecast
    assert all("signify_dev_" in render(arn) or "AmazonForecast" in render(arn) for arn in acts["Resource"])
    [passes] = [s for s in of_the_run(forecast_stage) if s["Action"] == "iam:PassRole"]
    assert passes["Condition"] == {"StringEquals": {"iam:PassedToService": "forecast.amazonaws.com"}}


def test_only_actions_without_resource_level_permissions_are_allowed_on_all_resources(forecast_stage: Stage) -> None:
    """By the Service Authorization Reference; an action without resources that is allowed on one is refused by AWS."""
    error_names = {name.lower(): action for name, action in iam_actions("forecast").items()}
    for statement in of_the_run(forecast_stage):
        for action in as_list(statement["Action"]):
            if action.startswith("forecast:"):
                has_resources = bool(error_names[action.removeprefix("forecast:").lower()].get("Resources"))
                assert (statement["Resource"] == "*") is not has_resources, action


def test_the_run_may_use_the_key_that_it_names_in_its_requests(forecast_stage: Stage, states: dict[str, dict[str, Any]]) -> None:
    names = set(re.findall(r'"KmsKeyArn": "(.+?)"', json.dumps([states[create]["Arguments"] for create in CREATES.values()])))
    [key_statement] = [s for s in of_the_run(forecast_stage) if "kms:GenerateDataKey" in s["Action"] and {render(s["Resource"])} == names]
    assert set(key_statement["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey"}


def test_the_service_reads_features_and_writes_forecasts_alone(forecast_stage: Stage) -> None:
    roles = forecast_stage.templates["Forecasting"].of_type("AWS::IAM::Role").values()
    [role] = [role for role in roles if role["Properties"].get("Description") == "Role of Amazon Forecast"]
    policies = " ".join(render(arn) for arn in role["Properties"]["ManagedPolicyArns"])
    assert len(role["Properties"]["ManagedPolicyArns"]) == 2
    assert "ReadFeatures" in policies
    assert "WriteForecasts" in policies
    assert "forecast.amazonaws.com" in json.dumps(role["Properties"]["AssumeRolePolicyDocument"])


def test_selecting_amazon_forecast_adds_a_warning(context: dict[str, Any]) -> None:
    from aws_cdk import App
    from aws_cdk.assertions import Annotations, Match

    from cdk.settings.reader import read_settings
    from stacks.platform import build_platform

    value = {**context, "forecastBackend": "amazon_forecast"}
    platform = build_platform(App(context=value, builtin_cloud_formation_validation=False), read_settings(value, "dev"))
    assert platform.forecasting is not None
    warnings = Annotations.from_stack(platform.forecasting).find_warning(
        "*", Match.string_like_regexp("closed to new customers since 29 July 2024")
    )
    assert len(warnings) == 1
