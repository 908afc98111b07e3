"""Extensions of the emulator, without an emulator."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest

from local.emulator import object_events, resource_handlers
from local.emulator.functions.addresses import localise_variables
from local.emulator.functions.code import MAX_BUNDLES, delete_oldest, unpack
from local.emulator.functions.output import parse_embedded_metrics
from local.emulator.settings import EmulatorSettings

METRICS = {"Namespace": "Signify", "Dimensions": [["service"], ["service", "stage"]], "Metrics": [{"Name": "RowsIn", "Unit": "Count"}]}
LINE = json.dumps({"_aws": {"Timestamp": 1, "CloudWatchMetrics": [METRICS]}, "service": "gate", "stage": "local", "RowsIn": [3, 4]})


def test_a_line_of_embedded_metrics_becomes_a_datum_for_each_set_of_dimensions() -> None:
    [(namespace, data)] = list(parse_embedded_metrics(f"INFO before\n{LINE}\nafter"))
    assert namespace == "Signify"
    assert [[dimension["Name"] for dimension in datum["Dimensions"]] for datum in data] == [["service"], ["service", "stage"]]
    assert {(datum["MetricName"], datum["Unit"], tuple(datum["Values"])) for datum in data} == {("RowsIn", "Count", (3, 4))}


def test_invalid_json_yields_no_metrics() -> None:
    assert list(parse_embedded_metrics('{"_aws": is what they write')) == []


def test_settings_are_removed_from_the_environment_they_are_read_from() -> None:
    settings = EmulatorSettings(Path("/home"), "http://127.0.0.1:1", "postgresql://u:p@h/d", Path("/python"))
    environment = {**settings.to_environment(), "PATH": "/bin"}
    assert EmulatorSettings.pop_from(environment) == settings
    assert environment == {"PATH": "/bin"}


def test_a_type_that_the_emulator_has_cannot_be_registered() -> None:
    with pytest.raises(ValueError, match="the emulator has its own AWS::S3::Bucket now"):
        resource_handlers.register_stub("AWS::S3::Bucket")


def test_a_bundle_is_unpacked_once(tmp_path: Path) -> None:
    archive, bundles = tmp_path / "code.zip", tmp_path / "bundles"
    bundles.mkdir()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("index.py", "print()")
    first = unpack(archive, bundles)
    (first / "compiled").touch()
    assert unpack(archive, bundles) == first
    assert sorted(path.name for path in first.iterdir()) == ["compiled", "index.py"]


def test_only_the_newest_complete_bundles_are_kept(tmp_path: Path) -> None:
    for number in range(MAX_BUNDLES + 3):
        (tmp_path / f"bundle-{number:02}").mkdir()
        os.utime(tmp_path / f"bundle-{number:02}", (number, number))
    (tmp_path / "unpacking-abc").mkdir()
    delete_oldest(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"bundle-{number:02}" for number in range(3, MAX_BUNDLES + 3)]


def test_events_without_a_version_are_dispatched_unchanged() -> None:
    dispatch = object_events.add_version(lambda *arguments: arguments)
    assert dispatch({"Source": "aws.states"}, "view") == ({"Source": "aws.states"}, "view")
    assert dispatch({"Source": "aws.s3"}) == ({"Source": "aws.s3"},)


def test_only_variables_with_an_aws_address_are_localised() -> None:
    variables = {
        "API_URL": "https://abc123.execute-api.eu-west-1.amazonaws.com/local/",
        "TOKEN_URL": "https://signify-local-1.auth.eu-west-1.amazoncognito.com/oauth2/token",
        "STAGE": "local",
    }
    assert localise_variables(variables, "http://127.0.0.1:4566") == {
        "API_URL": "http://127.0.0.1:4566/_aws/execute-api/abc123/local/",
        "TOKEN_URL": "http://127.0.0.1:4566/oauth2/token",
    }
