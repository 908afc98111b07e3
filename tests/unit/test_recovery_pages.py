"""The recovery pages: each has every section, is listed, and uses only commands that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.app import COMMANDS

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "runbooks" / "recovery"
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md") if path.stem != "README"}
SECTIONS = ["Symptoms", "Decide", "Commands", "Verify", "Time", "What is lost"]
NAMES = {name for commands in COMMANDS.values() for name in commands} | {"client"}


def test_the_list_names_exactly_the_pages() -> None:
    overview = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| \[([\w-]+)\]", overview, re.MULTILINE)) == PAGES.keys()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_every_section_in_order(page: str) -> None:
    headings = re.findall(r"^## (.+)$", PAGES[page], re.MULTILINE)
    assert headings == SECTIONS


@pytest.mark.parametrize("page", PAGES)
def test_a_page_uses_only_commands_that_exist(page: str) -> None:
    used_names = set(re.findall(r"\./signify ([a-z-]+)", PAGES[page]))
    assert used_names <= NAMES
    assert used_names, "a page without a command helps nobody"
