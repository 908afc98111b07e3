"""Access of another account (`nobody`, by number), and the substitute for a folder that it cannot enter."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from local import account_access
from local.processes import Account

NOBODY = Account(65534, 65534)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """A folder that no other account can enter."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    return folder


def test_another_account_cannot_enter_a_private_home(private: Path) -> None:
    assert not account_access.can_access(private / "clone", NOBODY)
    assert account_access.can_access(private / "clone", None)


def test_data_of_the_current_user_stays_in_its_folder(private: Path) -> None:
    assert account_access.make_private_folder(private / "postgres", None) == private / "postgres" / "data"


@as_root
def test_data_of_an_account_without_access_goes_below_the_temp_folder_and_is_found_again(private: Path) -> None:
    parent = private / "postgres"
    folder = account_access.make_private_folder(parent, NOBODY)
    try:
        assert (folder.stat().st_uid, folder.stat().st_mode & 0o777) == (NOBODY.uid, 0o700)
        assert account_access.can_access(folder, NOBODY)
        assert (parent / "location").read_text() == str(folder)
        assert account_access.make_private_folder(parent, NOBODY) == folder
    finally:
        account_access.remove_private_folder(parent)
    assert not folder.parent.exists()
    assert not parent.exists()


def test_programs_without_access_are_copied_with_the_libraries_of_their_package(private: Path, tmp_path: Path) -> None:
    package = private / "site-packages" / "server"
    (package / "install" / "bin").mkdir(parents=True)
    (package / "install" / "bin" / "postgres").touch()
    (private / "site-packages" / "server.libs").mkdir()
    (private / "site-packages" / "server.libs" / "libpq.so").touch()
    programs = account_access.find_or_copy_programs(package / "install" / "bin", tmp_path / "data", NOBODY)
    assert (programs / "postgres").is_file()
    assert (programs / "../../../server.libs/libpq.so").resolve().is_file()
    assert account_access.find_or_copy_programs(package / "install" / "bin", tmp_path / "data", None) == package / "install" / "bin"
