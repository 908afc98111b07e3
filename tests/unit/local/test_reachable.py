"""What another account can reach, and where its data goes when it cannot reach us. The other account is `nobody`, by number."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from local import reachable
from local.processes import Account

NOBODY = Account(65534, 65534)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """A folder nobody else can enter."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    return folder


def test_a_private_home_bars_others_and_not_ourselves(private: Path) -> None:
    assert not reachable.can_reach(private / "clone", NOBODY)
    assert reachable.can_reach(private / "clone", None)


def test_our_own_data_stays_where_it_was_wanted(private: Path) -> None:
    assert reachable.private_folder(private / "postgres", None) == private / "postgres" / "data"


@as_root
def test_data_of_an_account_that_is_barred_goes_below_the_temp_folder_and_is_found_again(private: Path) -> None:
    wanted = private / "postgres"
    folder = reachable.private_folder(wanted, NOBODY)
    try:
        assert (folder.stat().st_uid, folder.stat().st_mode & 0o777) == (NOBODY.uid, 0o700)
        assert reachable.can_reach(folder, NOBODY)
        assert (wanted / "location").read_text() == str(folder)
        assert reachable.private_folder(wanted, NOBODY) == folder
    finally:
        reachable.forget(wanted)
    assert not folder.parent.exists()
    assert not wanted.exists()


def test_programs_that_are_barred_are_copied_with_the_libraries_of_their_package(private: Path, tmp_path: Path) -> None:
    package = private / "site-packages" / "server"
    (package / "install" / "bin").mkdir(parents=True)
    (package / "install" / "bin" / "postgres").touch()
    (private / "site-packages" / "server.libs").mkdir()
    (private / "site-packages" / "server.libs" / "libpq.so").touch()
    programs = reachable.reachable_copy(package / "install" / "bin", tmp_path / "data", NOBODY)
    assert (programs / "postgres").is_file()
    assert (programs / "../../../server.libs/libpq.so").resolve().is_file()
    assert reachable.reachable_copy(package / "install" / "bin", tmp_path / "data", None) == package / "install" / "bin"
