"""Aurora PostgreSQL Serverless v2: private, encrypted, TLS only, its password generated and kept in a secret."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk.aws_iam import IGrantable, PolicyStatement
from aws_cdk.aws_kms import Key
from aws_cdk.aws_rds import (
    AuroraPostgresEngineVersion,
    BackupProps,
    ClusterInstance,
    Credentials,
    DatabaseCluster,
    DatabaseClusterEngine,
)
from constructs import Construct

from cdk.acknowledge import acknowledge
from cdk.network import PRIVATE, Network
from cdk.settings import Settings

NAME = "signify"
ADMINISTRATOR = "signify"


class Database(Construct):
    """The cluster; whoever wants to connect must be one of the network's `clients`."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, network: Network) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self.network = network
        self.ssl_mode = settings.database_ssl_mode
        self.key = Key(self, "Key", description="Database and its secret", enable_key_rotation=True, removal_policy=self._removal())
        self.cluster = self._cluster()
        self.cluster.connections.allow_default_port_from(network.clients, "Functions")
        acknowledge(self, _ACCEPTED)

    @property
    def secret_arn(self) -> str:
        """Where host, port, dbname, username and password stand."""
        assert self.cluster.secret is not None
        return self.cluster.secret.secret_arn

    def grant_connect(self, grantee: IGrantable) -> None:
        """Let grantee read the secret; it must also be one of the network's `clients`.

        The statements stand with the grantee alone: the key's own policy naming roles of later stacks would close a cycle.
        """
        grantee.grant_principal.add_to_principal_policy(
            PolicyStatement(actions=["secretsmanager:GetSecretValue"], resources=[self.secret_arn])
        )
        self.key.grant(grantee, "kms:Decrypt")

    def _cluster(self) -> DatabaseCluster:
        settings = self._settings
        pauses = settings.database_min_capacity == 0
        return DatabaseCluster(
            self,
            "Cluster",
            engine=DatabaseClusterEngine.aurora_postgres(version=AuroraPostgresEngineVersion.VER_15_17),
            writer=ClusterInstance.serverless_v2("Writer", enable_performance_insights=True, performance_insight_encryption_key=self.key),
            serverless_v2_min_capacity=settings.database_min_capacity,
            serverless_v2_max_capacity=settings.database_max_capacity,
            serverless_v2_auto_pause_duration=Duration.minutes(settings.database_pause_minutes) if pauses else None,
            credentials=Credentials.from_generated_secret(ADMINISTRATOR, encryption_key=self.key),
            default_database_name=NAME,
            parameters={"rds.force_ssl": "1", "log_min_duration_statement": "1000"},
            vpc=self.network.vpc,
            vpc_subnets=PRIVATE,
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

    def _removal(self) -> RemovalPolicy:
        """A snapshot that was kept is worthless without its key."""
        return RemovalPolicy.RETAIN if self._settings.keep_data else RemovalPolicy.DESTROY


_ACCEPTED = {
    "AwsSolutions-RDS10": "Deletion protection is a setting (databaseDeletionProtection), on in prod; elsewhere a final snapshot is kept.",
    "AwsSolutions-RDS11": "Nothing outside the isolated network reaches the port, and inside it only one security group does.",
    "AwsSolutions-SMG4": "Functions keep the password while a container lives, so rotating it would fail requests in flight; "
    "it is generated, never shown, and useless outside the isolated network.",
}
