"""Packages: what is in them, and what changes their fingerprint."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cdk.compute import bundling, package
from cdk.compute.bundling import BuildError, install
from cdk.compute.package import API, FUNCTIONS, JOBS, KPI, MIGRATIONS, Package, code_version, fingerprint


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(package, "ROOT", tmp_path)
    for name in ("engine/wape.py", "engine/api/route.py", "engine/__pycache__/wape.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def test_a_package_holds_its_sources_without_byte_code_and_what_it_leaves_out(repository: Path) -> None:
    files = Package("engine", ("engine",), without=("engine/api",)).files()
    assert [file.relative_to(repository).as_posix() for file in files] == ["engine/wape.py"]


def test_sources_are_copied_under_their_own_paths(repository: Path, tmp_path: Path) -> None:
    Package("engine", ("engine",)).copy_sources(tmp_path / "asset")
    assert (tmp_path / "asset/engine/api/route.py").read_text() == "engine/api/route.py"
    assert not list((tmp_path / "asset").rglob("__pycache__"))


def test_a_fingerprint_changes_with_content_and_with_names_only(repository: Path) -> None:
    engine = Package("engine", ("engine",))
    before = fingerprint(*engine.files())
    (repository / "engine/__pycache__/new.pyc").write_text("")
    (repository / "engine/wape.py").touch()
    assert fingerprint(*engine.files()) == before
    (repository / "engine/wape.py").rename(repository / "engine/mape.py")
    fingerprint_after_rename = fingerprint(*engine.files())
    (repository / "engine/mape.py").write_text("changed")
    assert len({before, fingerprint_after_rename, fingerprint(*engine.files())}) == 3


@pytest.mark.synth
def test_every_user_can_read_a_built_package_under_any_umask(repository: Path, tmp_path: Path) -> None:
    from cdk.compute.bundling import LocalBuild

    target = tmp_path / "asset"
    strict = os.umask(0o077)
    try:
        assert LocalBuild(Package("engine", ("engine",)).copy_sources).try_bundle(str(target))
    finally:
        os.umask(strict)
    modes = {path.name: path.stat().st_mode & 0o777 for path in target.rglob("*")}
    assert modes == {"engine": 0o755, "wape.py": 0o644, "api": 0o755, "route.py": 0o644}


@pytest.mark.parametrize("each", [API, FUNCTIONS, KPI, MIGRATIONS])
def test_every_function_package_has_pins_with_hashes(each: Package) -> None:
    assert "--hash=sha256:" in each.requirements_file.read_text(encoding="utf-8")


@pytest.mark.parametrize("each", [API, FUNCTIONS, KPI, MIGRATIONS, JOBS])
def test_no_package_contains_the_local_stack_or_the_infrastructure(each: Package) -> None:
    rooms = {file.relative_to(package.ROOT).parts[0] for file in each.files()}
    assert rooms == {source.split("/")[0] for source in each.sources}
    assert not rooms & {"local", "cdk", "stacks", "tests"}


def test_a_function_finds_its_handler_in_its_package() -> None:
    from cdk.compute.function_specs import FUNCTION_SPECS

    for spec in FUNCTION_SPECS:
        module = package.ROOT / f"{spec.entry_point.rpartition('.')[0].replace('.', '/')}.py"
        assert module in set(spec.package.files()), spec.name


def test_the_code_version_is_short_and_stable() -> None:
    assert code_version() == code_version()
    assert len(code_version()) == 12


@pytest.fixture
def uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a stand-in for uv, which writes down its calls and succeeds when there is a file `full-cache`."""
    stand_in = tmp_path / "uv"
    stand_in.write_text(f'#!/bin/sh\necho "$*" >> {tmp_path}/calls\ntest -e {tmp_path}/full-cache\n')
    stand_in.chmod(0o755)
    monkeypatch.setattr(bundling, "find_uv_bin", lambda: str(stand_in))
    return tmp_path


def test_what_uv_has_in_its_cache_is_installed_without_network(uv: Path) -> None:
    (uv / "full-cache").touch()
    install(API.requirements_file, uv / "layer", ())
    [call] = (uv / "calls").read_text().splitlines()
    assert "--require-hashes" in call
    assert "--offline" in call


def test_what_is_not_in_the_cache_is_downloaded_and_a_failure_says_why(uv: Path) -> None:
    with pytest.raises(BuildError, match=r"^api\.txt cannot be installed"):
        install(API.requirements_file, uv / "layer", ())
    assert ["--offline" in call for call in (uv / "calls").read_text().splitlines()] == [True, False]
