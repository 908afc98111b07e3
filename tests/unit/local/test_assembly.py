"""An assembly is used again only while its sources are the same."""

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
    with assembly.cdk_arguments() as arguments:
        assembly.folder.mkdir(exist_ok=True)
        (assembly.folder / "manifest.json").write_text("{}")
    return arguments


def test_unchanged_sources_are_synthesised_once(assembly: Assembly) -> None:
    assert synthesise(assembly) == ["--output", str(assembly.folder)]
    assert synthesise(assembly) == ["--app", str(assembly.folder)]


def test_a_changed_a_new_and_a_renamed_source_are_synthesised_again(assembly: Assembly) -> None:
    source = assembly.root / "stacks" / "api.py"
    for change in (
        lambda: source.write_text("second"),
        lambda: (assembly.root / "new.py").write_text(""),
        lambda: (assembly.root / "new.py").rename(assembly.root / "newer.py"),
    ):
        synthesise(assembly)
        change()
        assert synthesise(assembly)[0] == "--output"


def test_a_change_outside_the_apps_sources_keeps_the_assembly(assembly: Assembly) -> None:
    synthesise(assembly)
    for folder in ("docs", ".git", "tests", "stacks/__pycache__"):
        (assembly.root / folder).mkdir(parents=True)
        (assembly.root / folder / "file").write_text("changed")
    assert synthesise(assembly)[0] == "--app"


def test_a_source_that_changes_during_the_command_is_synthesised_next_time(assembly: Assembly) -> None:
    with assembly.cdk_arguments():
        assembly.folder.mkdir()
        (assembly.folder / "manifest.json").write_text("{}")
        (assembly.root / "stacks" / "api.py").write_text("second")
    assert synthesise(assembly)[0] == "--output"


def test_an_assembly_whose_deploy_failed_is_synthesised_again(assembly: Assembly) -> None:
    synthesise(assembly)
    with pytest.raises(RuntimeError), assembly.cdk_arguments():
        raise RuntimeError
    assert synthesise(assembly)[0] == "--output"


def test_another_setting_is_synthesised_again_and_passed_to_the_app(assembly: Assembly) -> None:
    synthesise(assembly)
    other = replace(assembly, context=("forecastBackend=amazon_forecast",))
    assert synthesise(other) == ["--context", "forecastBackend=amazon_forecast", "--output", str(assembly.folder)]
    assert synthesise(other)[-2:] == ["--app", str(assembly.folder)]
    assert synthesise(assembly)[0] == "--output"
