"""RDS Proxy: pools connections to the database, for stages with many concurrent functions."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk.aws_iam import PolicyDocument, Role, ServicePrincipal
from aws_cdk.aws_rds import DatabaseCluster, DatabaseProxy, DefaultAuthScheme, ProxyTarget
from constructs import Construct

from cdk.network.vpc import Network
from cdk.storage.database_users import API_USER, FUNCTION_USER, allow_sign_in

BORROW_TIMEOUT = Duration.seconds(20)
IDLE_CLIENT_TIMEOUT = Duration.minutes(30)
# Run by the proxy on every new connection: a client that changes session settings would pin its connection.
INIT_QUERY = "SET timezone='UTC'; SET statement_timeout=20000"


def create_proxy(scope: Construct, cluster: DatabaseCluster, network: Network) -> DatabaseProxy:
    """Create a proxy that uses TLS and IAM authentication end to end, without a secret; only clients may call it."""
    proxy = DatabaseProxy(
        scope,
        "Proxy",
        proxy_target=ProxyTarget.from_cluster(cluster),
        default_auth_scheme=DefaultAuthScheme.IAM_AUTH,
        role=_create_role(scope, cluster),
        vpc=network.vpc,
        vpc_subnets=network.private,
        security_groups=[network.security_group("Proxy", "Proxy of the database")],
        require_tls=True,
        borrow_timeout=BORROW_TIMEOUT,
        idle_client_timeout=IDLE_CLIENT_TIMEOUT,
        init_query=INIT_QUERY,
    )
    cluster.connections.allow_default_port_from(proxy, "The proxy")
    proxy.connections.allow_from(network.clients, cluster.connections.default_port, "Functions")  # type: ignore[arg-type]
    return proxy


def _create_role(scope: Construct, cluster: DatabaseCluster) -> Role:
    """Create the role of the proxy: it signs in to the cluster as the user who signed in to the proxy."""
    users = allow_sign_in(cluster.cluster_resource_identifier, FUNCTION_USER, API_USER)
    return Role(
        scope,
        "ProxyRole",
        description="Role of the database's proxy",
        assumed_by=ServicePrincipal("rds.amazonaws.com"),
        inline_policies={"SignIn": PolicyDocument(statements=[users])},
    )
