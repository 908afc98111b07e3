"""A PostgreSQL server on 127.0.0.1 for the local stack and for tests: create, start, stop.

Its data survives a crash of the server, since a commit waits until the operating system has it, but not one of the machine: nothing is
flushed to disk. It uses little memory. The same code runs the machine's server and the embedded one, as an ordinary user and as root.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg

from local import account_access, postgres_binaries
from local.errors import PostgresError
from local.postgres_binaries import Binaries
from local.processes import Account, ProcessRecord, account_arguments, defer_interrupts, start_detached, stop

HOST = "127.0.0.1"
SUPERUSER = "postgres"
IAM_ROLE = "rds_iam"
"""Members of this role sign in with an IAM token on RDS. This server accepts any token, since it listens on this machine only."""
START_SECONDS = 30
INITDB_SECONDS = 120
PORT_LINE = 3
"""Index of the line of postmaster.pid that holds the port."""
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "512MB",
    "shared_buffers": "64MB",
    "max_connections": "60",
}


@dataclass
class PostgresServer:
    """One server: `folder` holds its data (or the path of its data), its password and its log."""

    folder: Path
    port: int
    binaries: Binaries
    account: Account | None
    log: Path
    _data: Path | None = field(default=None, repr=False)

    def start(self) -> None:
        """Create the data folder when there is none, start the server and wait until it accepts connections.

        Raises PostgresError with the end of the server's log.
        """
        data = self._data_folder()
        if not (data / "PG_VERSION").is_file():
            self._initialise(data)
        options = [part for name, value in {**SETTINGS, "port": str(self.port)}.items() for part in ("-c", f"{name}={value}")]
        record = None
        try:
            with defer_interrupts():
                record = start_detached([self._program("postgres"), "-D", data, *options], self.log, account=self.account, folder=data)
            self._wait_until_ready(record)
        except BaseException:
            if record:
                stop(record, signal.SIGINT)
            raise

    def join(self) -> bool:
        """Take over the port of the server that is already running on this data. Returns whether there is one."""
        if not self.is_running():
            return False
        self.port = int((self._data_folder() / "postmaster.pid").read_text(encoding="utf-8").splitlines()[PORT_LINE])
        return True

    def stop(self) -> bool:
        """Stop the server, ending its connections. Returns whether it was running."""
        record = self.record()
        return record is not None and stop(record, signal.SIGINT)

    def lose_data(self) -> None:
        """Stop the server and delete its data, and nothing else: the next start creates an empty server with the same password."""
        data = self._data_folder()
        self.stop()
        for path in data.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()

    def remove(self) -> bool:
        """Stop the server and delete its data. Returns whether it was running."""
        was_running = self.stop()
        account_access.remove_private_folder(self.folder)
        return was_running

    def is_running(self) -> bool:
        """Return whether this server's process is running."""
        return self.record() is not None

    def record(self) -> ProcessRecord | None:
        """Return the server's process, or None when it is not running."""
        pid_file = self._data_folder() / "postmaster.pid"
        if not pid_file.is_file():
            return None
        lines = pid_file.read_text(encoding="utf-8").splitlines()
        record = ProcessRecord.running(int(lines[0])) if lines else None
        # Line 3 is the start time in whole seconds; another process that got the pid started later.
        return record if record and len(lines) > 2 and abs(record.start_time - int(lines[2])) < 5 else None

    def url(self, database: str = "postgres", user: str = SUPERUSER, password: str | None = None) -> str:
        """Return a connection URL, as psycopg and SQLAlchemy (`postgresql+psycopg://`) accept it."""
        return f"postgresql://{quote(user)}:{quote(password or self.password)}@{HOST}:{self.port}/{quote(database)}"

    @property
    def password(self) -> str:
        """The superuser's password, generated when the server was created."""
        return (self.folder / "password").read_text(encoding="utf-8")

    def _data_folder(self) -> Path:
        if self._data is None:
            self._data = account_access.make_private_folder(self.folder, self.account)
        return self._data

    def _program(self, name: str) -> Path:
        return account_access.find_or_copy_programs(self.binaries.folder, self._data_folder(), self.account) / name

    def _initialise(self, data: Path) -> None:
        password = self.folder / "password"
        if not password.is_file():
            password.touch(mode=0o600)
            password.write_text(secrets.token_urlsafe(18), encoding="utf-8")
        with tempfile.NamedTemporaryFile("w", prefix="signify-") as password_file:
            password_file.write(self.password)
            password_file.flush()
            if self.account:
                os.chown(password_file.name, self.account.uid, self.account.gid)
            command = [self._program("initdb"), "-D", data, "-U", SUPERUSER, f"--pwfile={password_file.name}", "--auth=scram-sha-256"]
            process = subprocess.run(
                [str(part) for part in (*command, "--encoding=UTF8", "--locale=C", "--no-sync")],
                capture_output=True,
                text=True,
                timeout=INITDB_SECONDS,
                cwd=data,
                **account_arguments(self.account),
            )
        if process.returncode == 0:
            rules = data / "pg_hba.conf"
            rules.write_text(f"host all +{IAM_ROLE} {HOST}/32 trust\n{rules.read_text(encoding='utf-8')}", encoding="utf-8")
        else:
            raise PostgresError(f"initdb failed in {data}: {(process.stderr or process.stdout).strip()[-800:]}")

    def _wait_until_ready(self, record: ProcessRecord) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if not record.is_running:
                break
            try:
                psycopg.connect(self.url(), connect_timeout=5).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        tail = "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:])
        raise PostgresError(f"PostgreSQL {self.binaries.major} did not start on port {self.port}; its log {self.log} ends with\n{tail}")


def open_server(folder: Path, port: int, binaries: Binaries | None = None, log: Path | None = None) -> PostgresServer:
    """Return the server whose data is in `folder`, running or not; with the machine's PostgreSQL unless `binaries` names another.

    Raises PostgresError when PostgreSQL 15 or newer is not installed.
    """
    return PostgresServer(
        folder, port, binaries or postgres_binaries.find(), account_access.find_server_account(), log or folder / "server.log"
    )
