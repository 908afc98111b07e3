"""docs/cost.md, generated from the templates and the price table."""

from __future__ import annotations

from typing import cast

import pytest

from local.state import ROOT
from tests.infrastructure.templates import Stage
from tools.documentation import cost
from tools.documentation.standing_cost import Template, standing_cost

pytestmark = pytest.mark.synth


def test_an_idle_dev_stage_costs_less_than_ten_dollars_a_month(stages: dict[str, Stage]) -> None:
    templates = [cast(Template, template.document) for template in stages["dev"].templates.values()]
    assert cost.total(standing_cost(templates, cost.load_prices())) < cost.TARGET_DOLLARS


def test_the_page_is_what_the_templates_say() -> None:
    page_on_disk = (ROOT / "docs" / "cost.md").read_text(encoding="utf-8")
    assert page_on_disk == cost.page(), "run `python -m tools.documentation`"
