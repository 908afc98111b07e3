"""How big the deployables are, built as they are deployed."""

from __future__ import annotations

import pytest

from cdk.compute.package import API, Package
from tools.package_sizes import MAX_MIB_BY_PACKAGE, PACKAGES, measure


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_every_deployable_is_as_small_as_it_should_be(package: Package) -> None:
    size = measure(package)
    assert size.fits, f"{size.name} has {size.mib:.1f} MiB, more than {size.max_mib}"
    assert size.dependencies > 0 or not package.requirements


def test_the_api_may_have_40_mib() -> None:
    assert MAX_MIB_BY_PACKAGE[API.name] == 40
