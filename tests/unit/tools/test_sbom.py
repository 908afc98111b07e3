"""The software bill of materials: valid CycloneDX, every pin once, and equal for equal pins."""

from __future__ import annotations

import json
from collections import Counter

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tools.pins import pins_by_set
from tools.sbom import make_bill


def test_the_bill_is_valid_cyclonedx() -> None:
    errors = JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(make_bill()))
    assert errors is None


def test_every_pin_is_in_the_bill_once_with_the_sets_that_pin_it() -> None:
    components = [each for each in make_bill()["components"] if each["purl"].startswith("pkg:pypi/")]
    pins = Counter((each["name"], each["version"]) for each in components)
    expected = {(pin.name, pin.version) for pins in pins_by_set().values() for pin in pins}
    assert set(pins) == expected
    assert max(pins.values()) == 1
    assert any(len(each["properties"]) > 1 for each in components)


def test_the_node_packages_of_the_cdk_cli_are_in_the_bill() -> None:
    assert "pkg:npm/aws-cdk@" in "".join(each["purl"] for each in make_bill()["components"])


def test_equal_pins_have_equal_bills() -> None:
    assert make_bill() == make_bill()
