"""The database that development commands start on demand."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from local import ports
from local.developer_database import open_developer_database, stop_developer_database
from local.postgres import open_server

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SIGNIFY_HOME", str(tmp_path))
    return tmp_path


def test_two_commands_at_once_share_the_server_and_the_first_ends_it() -> None:
    with open_developer_database() as first:
        with psycopg.connect(first, autocommit=True) as connection:
            connection.execute("create table kept (n int)")
        with open_developer_database() as second, psycopg.connect(second) as connection:
            assert connection.execute("select count(*) from kept").fetchone() == (0,)
        psycopg.connect(first).close()
    assert not stop_developer_database()


def test_down_stops_the_server_of_a_command_that_was_killed(home: Path) -> None:
    (home / "developer-postgres").mkdir()
    server = open_server(home / "developer-postgres", ports.find_free())
    server.start()
    assert stop_developer_database()
    assert not server.is_running()
    assert not stop_developer_database()
