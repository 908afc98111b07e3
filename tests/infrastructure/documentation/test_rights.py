"""docs/rights.md, generated from the specs of functions and jobs."""

from __future__ import annotations

import pytest

from cdk.compute.function_specs import FUNCTION_SPECS
from cdk.compute.job_specs import BUILTIN_JOBS
from local.state import ROOT
from tools.documentation import rights

pytestmark = pytest.mark.synth


def test_the_page_is_what_the_specs_say() -> None:
    page_on_disk = (ROOT / "docs" / "rights.md").read_text(encoding="utf-8")
    assert page_on_disk == rights.page(), "run `python -m tools.documentation`"


def test_every_function_and_job_has_one_row() -> None:
    rows = [line.split("`")[1] for line in rights.page().splitlines() if line.startswith("| `")]
    assert len(rows) == len(set(rows))
    assert {spec.name for spec in (*FUNCTION_SPECS, *BUILTIN_JOBS)} <= set(rows)
