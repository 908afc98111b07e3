"""docs/datasets.md has every column of every contract, as the contracts are."""

from __future__ import annotations

from pathlib import Path

from contracts import datasets
from tools.documentation import datasets as page_of_datasets

PAGE = Path(__file__).resolve().parents[3] / "docs" / "datasets.md"


def test_the_page_is_the_one_that_the_contracts_make() -> None:
    assert PAGE.read_text(encoding="utf-8") == page_of_datasets.page(), "run `python -m tools.documentation`"


def test_the_page_describes_every_column() -> None:
    text = PAGE.read_text(encoding="utf-8")
    descriptions = {column.description for name in datasets.list_names() for column in datasets.load(name).columns}
    assert [description for description in sorted(descriptions) if description not in text] == []
