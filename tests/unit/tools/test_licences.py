"""The licences of the dependencies, and docs/licences.md."""

from __future__ import annotations

import pytest

from local.state import ROOT
from tools.documentation import licences as licences_page
from tools.licences import STATED_LICENCES, LicenceError, PackageLicence, metadata_licence, python_licences, satisfies
from tools.pins import Pin, pins_by_set


def test_the_page_lists_today_s_pins() -> None:
    committed_page = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    assert committed_page == licences_page.page(), "run `python -m tools.documentation`"


@pytest.mark.parametrize(
    ("expression", "is_satisfied"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("GPL-2.0-or-later OR MIT", True),
        ("GPL-2.0-or-later AND MIT", False),
        ("Zlib AND (GPL-2.0-only OR MIT)", True),
        ("Zlib AND (GPL-2.0-only OR LGPL-2.1-only)", False),
        ("MIT WITH Classpath-exception-2.0", False),
    ],
)
def test_an_expression_needs_both_sides_of_an_and_but_one_of_an_or(expression: str, is_satisfied: bool) -> None:
    assert satisfies(expression, {"MIT", "Zlib"}) == is_satisfied


def test_a_licence_for_development_is_refused_in_a_deployable() -> None:
    assert PackageLicence("asyncssh", "EPL-2.0 OR GPL-2.0-or-later", ()).is_allowed
    assert not PackageLicence("asyncssh", "EPL-2.0 OR GPL-2.0-or-later", ("api",)).is_allowed


def test_a_package_belongs_to_the_deployables_whose_sets_pin_it() -> None:
    six = frozenset({Pin("six", "1.17.0")})
    assert python_licences({"kpi": six, "api": frozenset(), "dev": six}) == [PackageLicence("six", "MIT", ("kpi",))]


def test_a_package_without_a_known_licence_is_refused_by_name() -> None:
    with pytest.raises(LicenceError, match="unknown licences: no-such-package;"):
        python_licences({"api": frozenset({Pin("no-such-package", "1.0")})})


@pytest.mark.parametrize(
    ("package", "licence"),
    [
        ("attrs", "MIT"),  # an SPDX expression
        ("cryptography", "Apache-2.0 OR BSD-3-Clause"),  # of two licences
        ("grimp", "BSD-2-Clause"),  # a name from before SPDX
        ("wcwidth", "MIT"),  # a classifier alone
        ("itsdangerous", None),  # a classifier that fits several licences
    ],
)
def test_metadata_of_every_age_is_understood(package: str, licence: str | None) -> None:
    assert metadata_licence(package) == licence


def test_no_licence_is_stated_for_a_package_that_is_not_pinned() -> None:
    assert set(STATED_LICENCES) <= {pin.name for pins in pins_by_set().values() for pin in pins}
