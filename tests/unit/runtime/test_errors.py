"""The error tree."""

from __future__ import annotations

import re

from runtime import errors
from runtime.errors import SignifyError


def descendants(kind: type[SignifyError], depth: int = 0) -> list[tuple[str, int]]:
    return [(kind.__name__, depth)] + [entry for child in kind.__subclasses__() for entry in descendants(child, depth + 1)]


def parse_tree() -> list[tuple[str, int]]:
    tree = re.findall(r"^((?:│   |    )*(?:├── |└── )?)([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE)
    return [(name, len(lead) // 4) for lead, name in tree if name not in {"Everything", "The"}]


def test_the_drawing_shows_the_tree_as_it_is() -> None:
    own = [entry for entry in descendants(SignifyError) if hasattr(errors, entry[0])]
    assert parse_tree() == own


def test_the_documented_status_of_each_error_is_its_status() -> None:
    for name, status in re.findall(r"── (\w+)\s+(\d{3}|-) ", errors.__doc__ or ""):
        assert getattr(errors, name).status == (None if status == "-" else int(status)), name


def test_every_unavailable_error_says_when_to_try_again() -> None:
    assert all(kind.retry_after_s for kind in (errors.Unavailable, errors.DatabaseBusy, errors.DatabaseUnavailable, errors.AwsThrottled))
