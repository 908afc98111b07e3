"""Aurora: the shipped AWS::RDS::DBCluster is a record without a database. Ours is a database on the twin's PostgreSQL.

Endpoint, port and credentials that CloudFormation, the RDS API and the attached secret tell are those of the real server, so what
connects with them works. Members of `rds_iam` sign in by token: see local/postgres.py.
"""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from typing import Any

import psycopg
from ministack.core.responses import get_account_id, get_region
from ministack.services import rds, rds_data
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from local.emulator import handlers
from local.emulator.settings import EmulatorSettings
from local.postgres import IAM


class Aurora:
    """Every database cluster of the emulator, as roles and databases of one PostgreSQL server."""

    def __init__(self, superuser_url: str) -> None:
        self._superuser_url = superuser_url
        address = conninfo_to_dict(superuser_url)
        self.host, self.port = str(address["host"]), int(str(address["port"]))

    def create(self, cluster_id: str, properties: handlers.Properties, attributes: handlers.Attributes) -> handlers.Attributes:
        """Make the cluster's role and database, and point its endpoints at the server."""
        cluster = rds._clusters[cluster_id]
        user, database = properties["MasterUsername"], properties.get("DatabaseName") or "postgres"
        with psycopg.connect(self._superuser_url, autocommit=True) as connection:
            self._ensure_role(connection, user, properties["MasterUserPassword"])
            self._ensure_iam(connection, user)
            self._ensure_database(connection, database, user)
        cluster.update(self._as_the_api_tells(), MasterUsername=user, _MasterUserPassword=properties["MasterUserPassword"])
        return {
            **attributes,
            "Endpoint.Address": self.host,
            "Endpoint.Port": str(self.port),
            "ReadEndpoint.Address": self.host,
        }

    def instance(self, instance_id: str, properties: handlers.Properties, attributes: handlers.Attributes) -> handlers.Attributes:
        """Point an instance of a cluster at the server."""
        endpoint = {"Address": self.host, "Port": self.port, "HostedZoneId": "Z"}
        rds._instances[instance_id].update(Endpoint=endpoint, _internal_address=self.host, _internal_port=self.port)
        return {**attributes, "Endpoint.Address": self.host, "Endpoint.Port": str(self.port)}

    def proxy(self, proxy_id: str, properties: handlers.Properties) -> handlers.Attributes:
        """A proxy that is the server itself: there is nothing to spare connections for."""
        arn = f"arn:aws:rds:{get_region()}:{get_account_id()}:db-proxy:prx-{sha256(proxy_id.encode()).hexdigest()[:17]}"
        return {"Endpoint": self.host, "DBProxyArn": arn}

    def drop(self, cluster_id: str, properties: handlers.Properties) -> None:
        """Drop the cluster's role and what it owns."""
        user = properties["MasterUsername"]
        with psycopg.connect(self._superuser_url, autocommit=True) as connection:
            owned = "select datname from pg_database join pg_roles on datdba = pg_roles.oid where rolname = %s"
            for (database,) in connection.execute(owned, [user]).fetchall():
                connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(database)))
            self._drop_members(connection, user)
            connection.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(user)))

    def _ensure_role(self, connection: psycopg.Connection[Any], user: str, password: str) -> None:
        exists = connection.execute("select 1 from pg_roles where rolname = %s", [user]).fetchone()
        verb = sql.SQL("alter" if exists else "create")
        statement = sql.SQL("{} role {} login createrole createdb password {}")
        connection.execute(statement.format(verb, sql.Identifier(user), sql.Literal(password)))

    def _ensure_iam(self, connection: psycopg.Connection[Any], user: str) -> None:
        """The role whose members sign in by token, which the administrator may hand on, as on RDS."""
        if not connection.execute("select 1 from pg_roles where rolname = %s", [IAM]).fetchone():
            connection.execute(sql.SQL("create role {} nologin").format(sql.Identifier(IAM)))
        connection.execute(sql.SQL("grant {} to {} with admin option").format(sql.Identifier(IAM), sql.Identifier(user)))

    def _drop_members(self, connection: psycopg.Connection[Any], administrator: str) -> None:
        """Drop the roles that sign in by token, and own nothing any more; another cluster's still do."""
        members = "select member::regrole::text from pg_auth_members where roleid::regrole::text = %s and member::regrole::text <> %s"
        for (member,) in connection.execute(members, [IAM, administrator]).fetchall():
            with suppress(psycopg.errors.DependentObjectsStillExist):
                connection.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(member)))

    def _ensure_database(self, connection: psycopg.Connection[Any], database: str, owner: str) -> None:
        if not connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone():
            connection.execute(sql.SQL("create database {} owner {}").format(sql.Identifier(database), sql.Identifier(owner)))

    def _as_the_api_tells(self) -> dict[str, Any]:
        return {
            "Endpoint": self.host,
            "ReaderEndpoint": self.host,
            "Port": self.port,
            "_shared_endpoint": {"Address": self.host, "Port": self.port, "HostedZoneId": "Z"},
            "_shared_internal_address": self.host,
            "_shared_internal_port": self.port,
            "_shared_host_port": self.port,
            "_shared_container_ready": True,
        }


def install(settings: EmulatorSettings) -> None:
    """Put every AWS::RDS::DBCluster and its instances onto the twin's PostgreSQL."""
    aurora = Aurora(settings.postgres_url)
    handlers.after_create("AWS::RDS::DBCluster", aurora.create)
    handlers.before_delete("AWS::RDS::DBCluster", aurora.drop)
    handlers.after_create("AWS::RDS::DBInstance", aurora.instance)
    handlers.record("AWS::RDS::DBProxy", aurora.proxy)
    handlers.record("AWS::RDS::DBProxyTargetGroup")
    # The shipped Data API speaks to containers of the emulator's own, and only pretends where it finds none.
    rds_data._has_real_endpoint = lambda instance: bool(instance.get("Endpoint"))
