"""docs/settings.md, which is generated from the settings."""

from __future__ import annotations

from pydantic.alias_generators import to_camel

from cdk.settings.model import Settings
from local.state import ROOT
from tools.documentation import settings


def test_the_page_is_current() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert text == settings.page(), "run `python -m tools.documentation`"


def test_every_setting_has_a_row_and_a_description() -> None:
    page = settings.page()
    assert all(f"| `{to_camel(name)}` |" in page for name in Settings.model_fields)
    assert all(field.description for field in Settings.model_fields.values())
