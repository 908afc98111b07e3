"""Aurora: the emulator's AWS::RDS::DBCluster is a record without a database. This extension creates a database on the local PostgreSQL.

The endpoint, port and credentials in CloudFormation, in the RDS API and in the attached secret are those of the real server, so clients
can connect with them. Members of `rds_iam` sign in with a token: see local/postgres.py.
"""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256

import psycopg
from ministack.core.responses import get_account_id, get_region
from ministack.services import rds, rds_data
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from local.cluster_database import Connection, create_cluster_database
from local.emulator import resource_handlers
from local.emulator.resource_handlers import Attributes, Properties
from local.emulator.settings import EmulatorSettings
from local.postgres import IAM_ROLE


class Aurora:
    """The database clusters of the emulator, as roles and databases of one PostgreSQL server."""

    def __init__(self, superuser_url: str) -> None:
        self._superuser_url = superuser_url
        address = conninfo_to_dict(superuser_url)
        self.host, self.port = str(address["host"]), int(str(address["port"]))

    def complete_cluster(self, cluster_id: str, properties: Properties, attributes: Attributes) -> Attributes:
        """Create the cluster's role and database, and set its endpoints to the server."""
        cluster = rds._clusters[cluster_id]
        user, database = properties["MasterUsername"], properties.get("DatabaseName") or "postgres"
        create_cluster_database(self._superuser_url, user, properties["MasterUserPassword"], database)
        cluster.update(self._api_attributes(), MasterUsername=user, _MasterUserPassword=properties["MasterUserPassword"])
        return {
            **attributes,
            "Endpoint.Address": self.host,
            "Endpoint.Port": str(self.port),
            "ReadEndpoint.Address": self.host,
        }

    def complete_instance(self, instance_id: str, properties: Properties, attributes: Attributes) -> Attributes:
        """Set the endpoint of an instance to the server."""
        endpoint = {"Address": self.host, "Port": self.port, "HostedZoneId": "Z"}
        rds._instances[instance_id].update(Endpoint=endpoint, _internal_address=self.host, _internal_port=self.port)
        return {**attributes, "Endpoint.Address": self.host, "Endpoint.Port": str(self.port)}

    def describe_proxy(self, proxy_id: str, properties: Properties) -> Attributes:
        """Return the attributes of a proxy, which is the server itself: it need not pool connections."""
        arn = f"arn:aws:rds:{get_region()}:{get_account_id()}:db-proxy:prx-{sha256(proxy_id.encode()).hexdigest()[:17]}"
        return {"Endpoint": self.host, "DBProxyArn": arn}

    def drop_cluster(self, cluster_id: str, properties: Properties) -> None:
        """Drop the cluster's role and the databases that it owns."""
        user = properties["MasterUsername"]
        with psycopg.connect(self._superuser_url, autocommit=True) as connection:
            query = "select datname from pg_database join pg_roles on datdba = pg_roles.oid where rolname = %s"
            for (database,) in connection.execute(query, [user]).fetchall():
                connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(database)))
            _drop_members(connection, user)
            connection.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(user)))

    def _api_attributes(self) -> Attributes:
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
    """Create every AWS::RDS::DBCluster and its instances on the local PostgreSQL."""
    aurora = Aurora(settings.postgres_url)
    resource_handlers.run_after_create("AWS::RDS::DBCluster", aurora.complete_cluster)
    resource_handlers.run_before_delete("AWS::RDS::DBCluster", aurora.drop_cluster)
    resource_handlers.run_after_create("AWS::RDS::DBInstance", aurora.complete_instance)
    resource_handlers.register_stub("AWS::RDS::DBProxy", aurora.describe_proxy)
    resource_handlers.register_stub("AWS::RDS::DBProxyTargetGroup")
    # The emulator's Data API connects to containers of its own and returns canned results when it finds none.
    rds_data._has_real_endpoint = lambda instance: bool(instance.get("Endpoint"))


def _drop_members(connection: Connection, administrator: str) -> None:
    """Drop the roles that sign in with a token and own nothing any more; those of another cluster still own objects."""
    query = "select member::regrole::text from pg_auth_members where roleid::regrole::text = %s and member::regrole::text <> %s"
    for (member,) in connection.execute(query, [IAM_ROLE, administrator]).fetchall():
        with suppress(psycopg.errors.DependentObjectsStillExist):
            connection.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(member)))
