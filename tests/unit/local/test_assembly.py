"""A synthesised app is used again only while its sources are the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from local.assembly import Assembly


@pytest.fixture
def assembly(tmp_path: Path) -> Assembly:
    (tmp_path / "sources" / "stacks").mkdir(parents=True)
    (tmp_path / "sources" / "stacks" / "api.py").write_text("first")
    return Assembly(tmp_path / "cdk.out", tmp_path / "sources")


def synthesise(assembly: Assembly) -> list[str]:
    with assembly.arguments() as arguments:
        assembly.folder.mkdir(exist_ok=True)
        (assembly.folder / "manifest.json").write_text("{}")
    return arguments


def test_unchanged_sources_are_synthesised_once(assembly: Assembly) -> None:
    assert synthesise(assembly) == ["--output", str(assembly.folder)]
    assert synthesise(assembly) == ["--app", str(assembly.folder)]


def test_a_changed_a_new_and_a_renamed_source_are_synthesised_anew(assembly: Assembly) -> None:
    source = assembly.root / "stacks" / "api.py"
    for change in (
        lambda: source.write_text("second"),
        lambda: (assembly.root / "new.py").write_text(""),
        lambda: (assembly.root / "new.py").rename(assembly.root / "newer.py"),
    ):
        synthesise(assembly)
        change()
        assert synthesise(assembly)[0] == "--output"


def test_what_the_app_does_not_read_changes_nothing(assembly: Assembly) -> None:
    synthesise(assembly)
    for ignored in ("docs", ".git", "tests", "stacks/__pycache__"):
        (assembly.root / ignored).mkdir(parents=True)
        (assembly.root / ignored / "file").write_text("changed")
    assert synthesise(assembly)[0] == "--app"


def test_a_source_that_changes_during_the_command_is_not_taken_for_synthesised(assembly: Assembly) -> None:
    with assembly.arguments():
        assembly.folder.mkdir()
        (assembly.folder / "manifest.json").write_text("{}")
        (assembly.root / "stacks" / "api.py").write_text("second")
    assert synthesise(assembly)[0] == "--output"


def test_an_assembly_whose_deploy_failed_is_made_anew(assembly: Assembly) -> None:
    synthesise(assembly)
    with pytest.raises(RuntimeError), assembly.arguments():
        raise RuntimeError
    assert synthesise(assembly)[0] == "--output"


def test_another_setting_is_synthesised_anew_and_handed_to_the_app(assembly: Assembly) -> None:
    synthesise(assembly)
    other = replace(assembly, context=("forecastBackend=amazon_forecast",))
    assert synthesise(other) == ["--context", "forecastBackend=amazon_forecast", "--output", str(assembly.folder)]
    assert synthesise(other)[-2:] == ["--app", str(assembly.folder)]
    assert synthesise(assembly)[0] == "--output"
