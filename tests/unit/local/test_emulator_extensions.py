"""What the emulator's extensions decide without an emulator."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest

from local.emulator import handlers, object_events
from local.emulator.functions.addresses import on_this_machine
from local.emulator.functions.code import KEPT, keep_newest, unpacked
from local.emulator.functions.output import embedded_metrics
from local.emulator.settings import EmulatorSettings

METRICS = {"Namespace": "Signify", "Dimensions": [["service"], ["service", "stage"]], "Metrics": [{"Name": "RowsIn", "Unit": "Count"}]}
LINE = json.dumps({"_aws": {"Timestamp": 1, "CloudWatchMetrics": [METRICS]}, "service": "gate", "stage": "local", "RowsIn": [3, 4]})


def test_a_line_of_embedded_metrics_becomes_a_datum_for_each_set_of_dimensions() -> None:
    [(namespace, data)] = list(embedded_metrics(f"INFO before\n{LINE}\nafter"))
    assert namespace == "Signify"
    assert [[dimension["Name"] for dimension in datum["Dimensions"]] for datum in data] == [["service"], ["service", "stage"]]
    assert {(datum["MetricName"], datum["Unit"], tuple(datum["Values"])) for datum in data} == {("RowsIn", "Count", (3, 4))}


def test_text_that_only_mentions_metrics_is_text() -> None:
    assert list(embedded_metrics('{"_aws": is what they write')) == []


def test_settings_travel_through_an_environment_and_leave_it() -> None:
    settings = EmulatorSettings(Path("/home"), "http://127.0.0.1:1", "postgresql://u:p@h/d", Path("/python"))
    environment = {**settings.environment(), "PATH": "/bin"}
    assert EmulatorSettings.take_from(environment) == settings
    assert environment == {"PATH": "/bin"}


def test_a_type_that_the_emulator_learned_is_not_recorded_over() -> None:
    with pytest.raises(ValueError, match="the emulator has its own AWS::S3::Bucket now"):
        handlers.record("AWS::S3::Bucket")


def test_a_bundle_is_unpacked_once(tmp_path: Path) -> None:
    archive, bundles = tmp_path / "code.zip", tmp_path / "bundles"
    bundles.mkdir()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("index.py", "print()")
    first = unpacked(archive, bundles)
    (first / "compiled").touch()
    assert unpacked(archive, bundles) == first
    assert sorted(path.name for path in first.iterdir()) == ["compiled", "index.py"]


def test_only_the_newest_bundles_stay(tmp_path: Path) -> None:
    for number in range(KEPT + 3):
        (tmp_path / f"bundle-{number:02}").mkdir()
        os.utime(tmp_path / f"bundle-{number:02}", (number, number))
    (tmp_path / "unpacking-half").mkdir()
    keep_newest(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"bundle-{number:02}" for number in range(3, KEPT + 3)]


def test_events_of_other_services_are_dispatched_with_all_that_came_with_them() -> None:
    dispatch = object_events._telling_version(lambda *given: given)
    assert dispatch({"Source": "aws.states"}, "view") == ({"Source": "aws.states"}, "view")
    assert dispatch({"Source": "aws.s3"}) == ({"Source": "aws.s3"},)


def test_addresses_on_aws_become_addresses_on_this_machine_and_nothing_else_is_touched() -> None:
    variables = {
        "API_URL": "https://abc123.execute-api.eu-west-1.amazonaws.com/local/",
        "TOKEN_URL": "https://signify-local-1.auth.eu-west-1.amazoncognito.com/oauth2/token",
        "STAGE": "local",
    }
    assert on_this_machine(variables, "http://127.0.0.1:4566") == {
        "API_URL": "http://127.0.0.1:4566/_aws/execute-api/abc123/local/",
        "TOKEN_URL": "http://127.0.0.1:4566/oauth2/token",
    }
