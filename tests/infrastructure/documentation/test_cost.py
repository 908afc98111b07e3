"""docs/cost.md, which the templates and the price table write."""

from __future__ import annotations

import pytest

from local.state import ROOT
from tests.infrastructure.templates import Stage
from tools.documentation import cost
from tools.documentation.standing_cost import standing_cost

pytestmark = pytest.mark.synth


def test_a_dev_stage_that_nobody_uses_costs_less_than_ten_dollars_a_month(stages: dict[str, Stage]) -> None:
    templates = [template.document for template in stages["dev"].templates.values()]
    assert cost.total(standing_cost(templates, cost.prices())) < cost.AIM_DOLLARS


def test_the_page_is_what_the_templates_say() -> None:
    committed = (ROOT / "docs" / "cost.md").read_text(encoding="utf-8")
    assert committed == cost.page(), "run `python -m tools.documentation`"
