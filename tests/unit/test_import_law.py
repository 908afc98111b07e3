"""The import law of the house, as pyproject.toml states it."""

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports


def test_every_room_imports_only_what_it_may() -> None:
    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS
