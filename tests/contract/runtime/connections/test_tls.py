"""TLS connections: the certificate of the server is verified, against the authorities that are packaged."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from local import ports
from local.postgres import PostgresServer, open_server
from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.database_address import CERTIFICATES
from runtime.errors import DatabaseUnavailable

OPENSSL = shutil.which("openssl")


def authorities() -> list[tuple[str, datetime]]:
    """Common name and last day of each packaged authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(CERTIFICATES)
    authorities: list[dict[str, Any]] = list(context.get_ca_certs())
    return [
        (
            next(value for part in authority["subject"] for name, value in part if name == "commonName"),
            datetime.strptime(authority["notAfter"], "%b %d %H:%M:%S %Y %Z").replace(tzinfo=UTC),
        )
        for authority in authorities
    ]


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "eu-west-1", "ap-southeast-2"])
@pytest.mark.parametrize("algorithm", ["RSA2048", "RSA4096", "ECC384"])
def test_the_authorities_of_a_region_are_packaged_in_all_algorithms(region: str, algorithm: str) -> None:
    assert f"Amazon RDS {region} Root CA {algorithm} G1" in [name for name, _ in authorities()]


def test_the_authority_of_rds_proxy_is_packaged() -> None:
    assert "Amazon Root CA 1" in [name for name, _ in authorities()]


def test_no_packaged_authority_ends_soon() -> None:
    assert min(ends_at for _, ends_at in authorities()) > datetime(2035, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def tls_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PostgresServer, Path]]:
    """A server with TLS, whose certificate is for `localhost`, and the file of its authority."""
    if OPENSSL is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    server = open_server(folder / "server", ports.find_free())
    command = [OPENSSL, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*command, *names, "-keyout", folder / "server.key", "-out", folder / "server.crt"], check=True, capture_output=True)
    try:
        server.start()
        data = server._data_folder()
        for name in ("server.key", "server.crt"):
            shutil.copyfile(folder / name, data / name)
            (data / name).chmod(0o600)
            shutil.chown(data / name, (data / "PG_VERSION").stat().st_uid, (data / "PG_VERSION").stat().st_gid)
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("alter system set ssl = on")
            connection.execute("select pg_reload_conf()")
        yield server, folder / "server.crt"
    finally:
        server.remove()


def connect(server: PostgresServer, host: str, certificates: Path) -> str:
    """The TLS version of a connection to the server under a name."""
    parameters = {"host": host, "hostaddr": "127.0.0.1", "sslmode": "verify-full", "sslrootcert": str(certificates)}
    database = Database(lambda: conninfo_to_dict(server.url()) | parameters)
    try:
        return str(database.fetch("select version from pg_stat_ssl where pid = pg_backend_pid()")[0][0])
    finally:
        database.close()


def test_a_server_whose_certificate_an_authority_signed_is_accepted(tls_server: tuple[PostgresServer, Path]) -> None:
    server, certificate = tls_server
    assert connect(server, "localhost", certificate).startswith("TLSv1.")


def test_a_server_whose_certificate_no_packaged_authority_signed_is_refused(tls_server: tuple[PostgresServer, Path]) -> None:
    server, _ = tls_server
    with pytest.raises(DatabaseUnavailable, match="certificate verify failed"):
        connect(server, "localhost", CERTIFICATES)


def test_a_certificate_for_another_name_is_refused(tls_server: tuple[PostgresServer, Path]) -> None:
    server, certificate = tls_server
    with pytest.raises(DatabaseUnavailable, match="does not match host name"):
        connect(server, "database.example", certificate)
