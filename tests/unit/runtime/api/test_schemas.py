"""The schemas of the OpenAPI document are those of what the API answers, and its examples are such answers."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from pydantic import BaseModel

from kpi_engine.accuracy.report import parts, rows
from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from runtime.api.http.examples import make_problem, read_examples
from runtime.api.openapi import TARGET
from runtime.models.api import accuracy_responses as models
from runtime.models.domain.kpis import Basis, RunAccuracy
from tests.fakes.examples import AS_OF, a_run
from tests.unit.kpi_engine.examples import actuals, forecasts
from tests.unit.runtime.api.conftest import World, call

DOCUMENT = json.loads(TARGET.read_text(encoding="utf-8"))
PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    ("model", "part"),
    [
        (models.SkuAccuracy, rows.SkuRow),
        (models.SiteAccuracy, rows.SiteRow),
        (models.WeekAccuracy, rows.WeekRow),
        (models.HorizonAccuracy, rows.HorizonRow),
        (models.UnitAccuracy, rows.UnitRow),
        (models.OutOfControlSeries, rows.ControlRow),
        (models.ControlFigures, parts.Control),
        (models.LargestSeries, parts.LargestSeries),
        (models.BiasFigures, parts.Bias),
        (models.CoverageFigures, parts.Coverage),
        (models.BenchmarkFigures, parts.BenchmarkComparison),
        (models.ValueAddedFigures, parts.ForecastValueAdded),
        (models.LagFigures, parts.LagAccuracy),
        (models.TrendFigures, parts.Trend),
        (models.JoinCounts, parts.Joins),
    ],
)
def test_a_schema_of_accuracy_has_the_fields_of_the_engine(model: type[BaseModel], part: Any) -> None:
    fields = part._fields if issubclass(part, tuple) else [field.name for field in dataclasses.fields(part)]
    assert sorted(model.model_fields) == sorted(fields)


def strictly(schema: Any) -> Any:
    """Return a schema in which every object that names its fields has no others."""
    if isinstance(schema, dict):
        strict = {name: strictly(value) for name, value in schema.items()}
        return strict | {"additionalProperties": False} if "properties" in schema else strict
    return [strictly(item) for item in schema] if isinstance(schema, list) else schema


def faults_of(value: object, schema: dict[str, Any]) -> list[str]:
    """Return what of a value its schema does not have."""
    whole = {**strictly(schema), "components": strictly(DOCUMENT["components"])}
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(whole).iter_errors(value)]


def responses() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for path in DOCUMENT["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                for media_type, content in response.get("content", {}).items():
                    yield operation["operationId"], status, media_type, content


def test_every_example_is_an_answer_of_its_schema() -> None:
    contents = [(f"{name} {status}", content) for name, status, _, content in responses() if "examples" in content]
    faults = {name: faults_of(content["examples"]["example"]["value"], content["schema"]) for name, content in contents}
    assert {name: messages for name, messages in faults.items() if messages} == {}
    assert {name for name, status, media_type, content in responses() if status < "3" and "examples" in content} == set(read_examples())


def test_every_reference_of_the_document_leads_to_a_schema() -> None:
    references = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(DOCUMENT)))
    assert references == set(DOCUMENT["components"]["schemas"])


def test_every_problem_has_an_example_with_its_status() -> None:
    problems = [(status, content) for _, status, media_type, content in responses() if media_type == PROBLEM]
    assert [content["examples"]["example"]["value"]["status"] for _, content in problems] == [int(status) for status, _ in problems]


@pytest.mark.parametrize("group_by", ["none", "sku", "site", "week"])
@pytest.mark.parametrize("has_report", [True, False])
def test_accuracy_is_answered_as_its_schema_states(world: World, group_by: str, has_report: bool) -> None:
    if has_report:
        report = ForecastAccuracyEngine().report(pd.concat([forecasts([12, 9])]), pd.concat([actuals([10, 0])]))
        world.accuracy.by_run[a_run().id] = RunAccuracy(a_run().id, Basis.BACKTEST, AS_OF, a_run().id, report)
    schema = {"$ref": "#/components/schemas/AccuracyMetricsResponse"}
    row_id = call("/forecasts", time_horizon="1d", limit="1").json["forecasts"][0]["id"]
    for identifier in (str(a_run().id), row_id):
        answer = call(f"/forecasts/{identifier}/accuracy", group_by=group_by)
        assert (answer.status, faults_of(answer.json, schema)) == (200, [])


def test_a_job_is_answered_as_its_schema_states(world: World) -> None:
    job = call("/forecasts/generate", "POST", body="{}").json
    assert faults_of(job, {"$ref": "#/components/schemas/ForecastJobResponse"}) == []


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/jobs/x", 404)])
def test_a_problem_has_the_members_of_its_example(world: World, path: str, status: int) -> None:
    answer = call(path).json
    assert answer.keys() == make_problem(status).keys()
    assert (answer["code"], answer["title"], answer["type"]) == tuple(make_problem(status)[name] for name in ("code", "title", "type"))
