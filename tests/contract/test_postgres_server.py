"""The PostgreSQL of the tests and the local stack."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psycopg
import pytest

from local import ports
from local.errors import PostgresError
from local.postgres import PostgresServer, open_server
from local.postgres_binaries import OLDEST_VERSION, find, find_embedded
from local.processes import stop

pytestmark = pytest.mark.slow


def test_a_fresh_database_answers(database: str) -> None:
    with psycopg.connect(database) as connection:
        assert connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone() == (0,)


def test_the_server_listens_on_the_loopback_address_only(postgres_server: PostgresServer) -> None:
    with psycopg.connect(postgres_server.url()) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("127.0.0.1",)
        assert connection.execute("show unix_socket_directories").fetchone() == ("",)


def test_a_wrong_password_is_refused(postgres_server: PostgresServer) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(postgres_server.url(password="guessed"))


def test_the_server_found_is_new_enough() -> None:
    assert find().major >= OLDEST_VERSION


def test_the_embedded_server_stops_and_keeps_its_data(tmp_path: Path) -> None:
    server = open_server(tmp_path / "server", ports.find_free(), find_embedded())
    try:
        server.start()
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("create table kept (n int)")
        assert server.stop()
        assert not server.is_running()
        again = open_server(tmp_path / "server", ports.find_free(), find_embedded())
        again.start()
        with psycopg.connect(again.url()) as connection:
            assert connection.execute("select count(*) from kept").fetchone() == (0,)
    finally:
        open_server(tmp_path / "server", server.port, find_embedded()).remove()


def test_what_was_committed_survives_a_killed_server(tmp_path: Path) -> None:
    server = open_server(tmp_path / "server", ports.find_free())
    try:
        server.start()
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("create table readings (n int)")
            for number in range(200):
                connection.execute("insert into readings values (%s)", [number])
            record = server.record()
            assert record is not None
            os.kill(record.pid, signal.SIGKILL)
        stop(record)
        server.start()
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("select count(*) from readings").fetchone() == (200,)
    finally:
        server.remove()


def test_a_server_that_lost_its_data_starts_empty_at_the_same_address(tmp_path: Path) -> None:
    server = open_server(tmp_path / "server", ports.find_free())
    try:
        server.start()
        url = server.url()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("create database platform")
            server.lose_data()
            with pytest.raises(psycopg.OperationalError):
                connection.execute("select 1")
        assert not server.is_running()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url)
        server.start()
        with psycopg.connect(url) as connection:
            assert connection.execute("select count(*) from pg_database where datname = 'platform'").fetchone() == (0,)
    finally:
        server.remove()


def test_a_server_that_cannot_start_shows_its_log(postgres_server: PostgresServer, tmp_path: Path) -> None:
    second = open_server(tmp_path / "server", postgres_server.port)
    try:
        with pytest.raises(PostgresError, match=r"(?s)did not start on port \d+.*Address already in use"):
            second.start()
    finally:
        second.remove()
