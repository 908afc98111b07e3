"""The database: Aurora PostgreSQL Serverless v2, private, encrypted, TLS only.

Functions sign in with their IAM roles, as one of the users in cdk/storage/database_users.py. The password of the administrator is generated
and stored in a secret; only the deploy uses it, through the Data API.
"""

from __future__ import annotations

from functools import cached_property

from aws_cdk import Duration, Fn, RemovalPolicy, Stack, Token
from aws_cdk.aws_iam import IGrantable, Role
from aws_cdk.aws_rds import (
    AuroraPostgresEngineVersion,
    BackupProps,
    CfnDBCluster,
    ClusterInstance,
    Credentials,
    DatabaseCluster,
    DatabaseClusterEngine,
    IClusterInstance,
)
from constructs import Construct

from cdk.common.suppress_findings import suppress_findings
from cdk.network.vpc import Network
from cdk.settings.model import Settings
from cdk.storage.data_key import create_data_key
from cdk.storage.database_logs import DatabaseLogs
from cdk.storage.database_proxy import create_proxy
from cdk.storage.database_users import API_USER, allow_sign_in
from contracts.environment import Variable

DATABASE_NAME = "signify"
ADMINISTRATOR = "signify"


class Database(Construct):
    """The cluster, its logs and its proxy; only the `clients` of the network can connect."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, network: Network) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self.network = network
        self.key = create_data_key(self, settings, "Database and its secret", self._key_removal())
        self.cluster = self._create_cluster()
        if settings.database_snapshot:
            _restore(self.cluster, settings.database_snapshot)
        self.cluster.connections.allow_default_port_from(network.clients, "Functions")
        if settings.on_aws:  # the PostgreSQL of the local stack logs to a file
            DatabaseLogs(self, "Logs", settings, self.cluster)
        self.proxy = create_proxy(self, self.cluster, network) if settings.database_proxy else None
        suppress_findings(self, _SUPPRESSIONS)

    @property
    def secret_arn(self) -> str:
        """The ARN of the secret with host, port, dbname, username and password of the administrator."""
        assert self.cluster.secret is not None
        return self.cluster.secret.secret_arn

    def environment(self, user: str) -> dict[str, str]:
        """Return the variables that a function needs to connect as `user`; there is no password."""
        endpoint = self.cluster.cluster_endpoint
        return {
            Variable.DATABASE_HOST: self.proxy.endpoint if self.proxy else endpoint.hostname,
            Variable.DATABASE_PORT: Token.as_string(endpoint.port),
            Variable.DATABASE_NAME: DATABASE_NAME,
            Variable.DATABASE_USER: user,
            Variable.DATABASE_SSLMODE: self._settings.database_ssl_mode,
            **({Variable.DATABASE_PROXIED: "true"} if self.proxy else {}),
            **({Variable.DATABASE_READER_HOST: self.cluster.cluster_read_endpoint.hostname} if self._is_read_by(user) else {}),
        }

    def _is_read_by(self, user: str) -> bool:
        """Return whether the user reads from the reader: only the API, and no proxy, which connects to the writer."""
        return user == API_USER and self._settings.database_reader and self.proxy is None

    def grant_connect(self, grantee: IGrantable, user: str) -> None:
        """Let grantee sign in as `user`; to connect, it must also be one of the `clients` of the network."""
        principal = grantee.grant_principal
        principal.add_to_principal_policy(allow_sign_in(self._resource_id(principal), user))

    def _resource_id(self, principal: IGrantable) -> str:
        """Return the id of the cluster, or of the proxy if there is one, in ARNs of rds-db."""
        if self.proxy is None:
            return self.cluster.cluster_resource_identifier
        same_stack = isinstance(principal, Role) and Stack.of(principal) is Stack.of(self)
        return self._proxy_id if same_stack else self._exported_proxy_id

    @property
    def _proxy_id(self) -> str:
        """The last part of the proxy's ARN."""
        assert self.proxy is not None
        return Fn.select(6, Fn.split(":", self.proxy.db_proxy_arn))

    @cached_property
    def _exported_proxy_id(self) -> str:
        """The same for other stacks: a reference from another stack cannot be split there."""
        stack = Stack.of(self)
        return stack.export_value(self._proxy_id, name=f"{stack.stack_name}-ProxyId")

    def _create_cluster(self) -> DatabaseCluster:
        settings = self._settings
        can_pause = settings.database_min_capacity == 0
        return DatabaseCluster(
            self,
            "Cluster",
            engine=DatabaseClusterEngine.aurora_postgres(version=AuroraPostgresEngineVersion.VER_15_17),
            writer=self._instance("Writer"),
            readers=[self._instance("Reader", follows_writer=True)] if settings.database_reader else [],
            serverless_v2_min_capacity=settings.database_min_capacity,
            serverless_v2_max_capacity=settings.database_max_capacity,
            serverless_v2_auto_pause_duration=Duration.minutes(settings.database_pause_minutes) if can_pause else None,
            credentials=Credentials.from_generated_secret(ADMINISTRATOR, encryption_key=self.key),
            default_database_name=DATABASE_NAME,
            parameters={"rds.force_ssl": "1", "log_min_duration_statement": "1000"},
            vpc=self.network.vpc,
            vpc_subnets=self.network.private,
            security_groups=[self.network.security_group("Database", "The database")],
            iam_authentication=True,
            enable_data_api=True,
            storage_encrypted=True,
            storage_encryption_key=self.key,
            backup=BackupProps(retention=Duration.days(settings.database_backup_days)),
            copy_tags_to_snapshot=True,
            deletion_protection=settings.database_deletion_protection,
            cloudwatch_logs_exports=["postgresql"],
            removal_policy=RemovalPolicy.SNAPSHOT if settings.keep_data else RemovalPolicy.DESTROY,
        )

    def _instance(self, name: str, *, follows_writer: bool | None = None) -> IClusterInstance:
        """Return an instance; a reader that follows the capacity of the writer can replace it at once."""
        return ClusterInstance.serverless_v2(
            name,
            enable_performance_insights=True,
            performance_insight_encryption_key=self.key,
            publicly_accessible=False,
            scale_with_writer=follows_writer,
        )

    def _key_removal(self) -> RemovalPolicy:
        """Keep the key as long as a snapshot: the snapshot cannot be read without it."""
        return RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if self._settings.keep_data else RemovalPolicy.DESTROY


def _restore(cluster: DatabaseCluster, snapshot: str) -> None:
    """Create the cluster from a snapshot, which has the administrator's name and the database; the password is a new one, of the secret."""
    resource = cluster.node.default_child
    assert isinstance(resource, CfnDBCluster)
    resource.snapshot_identifier = snapshot
    resource.master_username = None
    resource.database_name = None
    suppress_findings(resource, _SNAPSHOT_SUPPRESSIONS)
    resource.add_metadata("cfn-lint", {"config": {"ignore_checks": ["E3021"]}})  # the same rule


_SUPPRESSIONS = {
    "AwsSolutions-RDS10": "Deletion protection is a setting (databaseDeletionProtection), on in prod; elsewhere a final snapshot is kept "
    "unless keepData is false.",
    "AwsSolutions-RDS11": "The port can be reached from one security group in the isolated network only.",
    "AwsSolutions-SMG4": "The generated password of the administrator works in the isolated network and through the Data API only, which "
    "requires IAM as well. One role may read it, that of the deploy; rotation would need a function in the network.",
}

_SNAPSHOT_SUPPRESSIONS = {
    "CloudFormation-Validate::F3021": "The name of the administrator comes with the snapshot, and RDS sets the password after the restore. "
    "The CDK's DatabaseClusterFromSnapshot has the same properties.",
}
