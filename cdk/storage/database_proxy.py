"""RDS Proxy: keeps connections to the database open and lends them out, for stages with many functions at once."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk.aws_iam import PolicyDocument, Role, ServicePrincipal
from aws_cdk.aws_rds import DatabaseCluster, DatabaseProxy, DefaultAuthScheme, ProxyTarget
from constructs import Construct

from cdk.network.vpc import Network
from cdk.storage.database_users import API_USER, FUNCTION_USER, sign_in

BORROW_AT_MOST = Duration.seconds(20)
IDLE_CLIENT = Duration.minutes(30)
# Asked of every connection by the proxy itself: what a client sets by itself would pin the connection to that client.
SESSION = "SET timezone='UTC'; SET statement_timeout=20000"


def create_proxy(scope: Construct, cluster: DatabaseCluster, network: Network) -> DatabaseProxy:
    """A proxy that takes TLS and IAM only, from end to end, so that it holds no secret; clients alone may call it."""
    proxy = DatabaseProxy(
        scope,
        "Proxy",
        proxy_target=ProxyTarget.from_cluster(cluster),
        default_auth_scheme=DefaultAuthScheme.IAM_AUTH,
        role=_role(scope, cluster),
        vpc=network.vpc,
        vpc_subnets=network.private,
        security_groups=[network.security_group("Proxy", "Proxy of the database")],
        require_tls=True,
        borrow_timeout=BORROW_AT_MOST,
        idle_client_timeout=IDLE_CLIENT,
        init_query=SESSION,
    )
    cluster.connections.allow_default_port_from(proxy, "The proxy")
    proxy.connections.allow_from(network.clients, cluster.connections.default_port, "Functions")  # type: ignore[arg-type]
    return proxy


def _role(scope: Construct, cluster: DatabaseCluster) -> Role:
    """What the proxy signs its own tokens with: whoever may sign in at the proxy is signed in at the cluster as the same user."""
    users = sign_in(cluster.cluster_resource_identifier, FUNCTION_USER, API_USER)
    return Role(
        scope,
        "ProxyRole",
        description="Role of the database's proxy",
        assumed_by=ServicePrincipal("rds.amazonaws.com"),
        inline_policies={"SignIn": PolicyDocument(statements=[users])},
    )
