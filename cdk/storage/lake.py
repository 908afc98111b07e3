"""The data lake: one bucket per stage, divided into zones, with its own key and grants per zone.

The stage creates the bucket, or uses an existing one, which is then in no template: nothing that a deploy does can change or delete it.
"""

from __future__ import annotations

from collections.abc import Iterable

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk.aws_iam import IRole, ManagedPolicy, PolicyStatement
from aws_cdk.aws_kms import IKey, Key
from aws_cdk.aws_lambda import Function
from aws_cdk.aws_s3 import BlockPublicAccess, Bucket, BucketEncryption, CfnBucket, IBucket, LifecycleRule, ObjectOwnership
from constructs import Construct

from cdk.common.suppress_findings import suppress_findings
from cdk.settings.model import Settings
from cdk.storage.data_key import create_data_key
from cdk.storage.zones import lifecycle_rules
from contracts.paths import REPLAY_SEGMENT, Zone

ACCESS_LOG_DAYS = 90
RETAIN = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE  # not after a failed first deploy, when the bucket is empty
READ = ("s3:GetObject", "s3:GetObjectVersion")
ERASE = ("s3:DeleteObject", "s3:DeleteObjectVersion")
WRITE = ("s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")


class Lake(Construct):
    """The bucket: versioned, TLS only, not public, with EventBridge notifications for every object; an existing one must be so already."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self._removal = RETAIN if settings.keep_data else RemovalPolicy.DESTROY
        self._auto_delete = not settings.keep_data and settings.on_aws  # by a Node.js function, which the local stack cannot run
        if settings.lake_bucket_name:
            self.key: IKey = Key.from_key_arn(self, "Key", str(settings.lake_key_arn or settings.kms_key_arn))
            self.bucket: IBucket = Bucket.from_bucket_name(self, "Bucket", settings.lake_bucket_name)
        else:
            self.key = create_data_key(self, settings, "Objects of the data lake", self._removal)
            self.bucket = self._create_bucket(settings)
        self._policies: dict[str, ManagedPolicy] = {}

    def _create_bucket(self, settings: Settings) -> Bucket:
        bucket = Bucket(
            self,
            "Bucket",
            encryption=BucketEncryption.KMS,
            encryption_key=self.key,
            bucket_key_enabled=True,
            versioned=True,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            block_public_access=BlockPublicAccess.BLOCK_ALL,
            object_ownership=ObjectOwnership.BUCKET_OWNER_ENFORCED,
            server_access_logs_bucket=self._access_logs(settings),
            server_access_logs_prefix=f"{settings.stack_name('Lake')}/" if settings.log_bucket_name else None,
            lifecycle_rules=lifecycle_rules(settings),
            removal_policy=self._removal,
            auto_delete_objects=self._auto_delete,
        )
        self._keep_policy(bucket)
        if settings.log_bucket_name:
            suppress_findings(bucket, _EXISTING_LOGS_SUPPRESSIONS)
        _enable_events(bucket)
        return bucket

    def grant_zones(self, function: Function, *, reads: Iterable[Zone], writes: Iterable[Zone], erases: Iterable[Zone] = ()) -> None:
        """Let the function read, write and erase in these zones."""
        assert function.role is not None
        self.grant_read(function.role, *reads)
        self.grant_write(function.role, *writes)
        self.grant_erase(function.role, *erases)

    def grant_read(self, role: IRole, *zones: Zone) -> None:
        """Let role list the zones and read their objects, any version."""
        for zone in zones:
            role.add_managed_policy(self._policy(f"Read{zone.capitalize()}", zone, READ, ["kms:Decrypt"]))

    def grant_write(self, role: IRole, *zones: Zone) -> None:
        """Let role read, write and replace objects of the zones; the bucket's versions keep what is replaced."""
        for zone in zones:
            role.add_managed_policy(self._policy(f"Write{zone.capitalize()}", zone, READ + WRITE, ["kms:Decrypt", "kms:GenerateDataKey"]))

    def grant_erase(self, role: IRole, *zones: Zone) -> None:
        """Let role list and delete all versions of the objects of the zones, for good; it may not read them."""
        for zone in zones:
            role.add_managed_policy(self._policy(f"Erase{zone.capitalize()}", zone, ERASE, [], ("s3:ListBucketVersions",)))

    def grant_submit_replays(self, function: Function) -> None:
        """Let a function upload mended rows: objects of the landing zone whose keys name the object that they replay."""
        pattern = f"{Zone.LANDING}/*/{REPLAY_SEGMENT}*"
        objects = PolicyStatement(actions=["s3:PutObject"], resources=[self.bucket.arn_for_objects(pattern)])
        key = PolicyStatement(actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[self.key.key_arn])
        policy = ManagedPolicy(self, "SubmitReplays", description="Submit replays to the lake", statements=[objects, key])
        finding = f"AwsSolutions-IAM5[Resource::{self._arn_in_findings}/{pattern}]"
        suppress_findings(policy, {finding: "Keys below a prefix name data sets and uploads; they cannot be listed in a policy."})
        assert function.role is not None
        function.role.add_managed_policy(policy)

    def grant_list_uploads(self, role: IRole) -> None:
        """Let role list the unfinished uploads of the bucket, by which S3A on Glue 5.1 finds its own; S3 knows no prefix for it."""
        role.add_to_principal_policy(PolicyStatement(actions=["s3:ListBucketMultipartUploads"], resources=[self.bucket.bucket_arn]))

    def _policy(
        self, name: str, zone: Zone, actions: tuple[str, ...], key_actions: list[str], list_actions: tuple[str, ...] = ("s3:ListBucket",)
    ) -> ManagedPolicy:
        """Return the managed policy for a zone; roles share it."""
        if (policy := self._policies.get(name)) is None:
            below = {"StringLike": {"s3:prefix": [str(zone), f"{zone}/*"]}}
            list_zone = PolicyStatement(actions=list(list_actions), resources=[self.bucket.bucket_arn], conditions=below)
            objects = PolicyStatement(actions=list(actions), resources=[self.bucket.arn_for_objects(f"{zone}/*")])
            # Before Spark writes the first object of a zone, it checks whether an object with the zone's own name exists.
            zone_itself = PolicyStatement(actions=["s3:GetObject"], resources=[self.bucket.arn_for_objects(str(zone))])
            key = PolicyStatement(actions=key_actions, resources=[self.key.key_arn])
            statements = [list_zone, objects, *([zone_itself, key] if key_actions else [])]
            policy = ManagedPolicy(self, name, description=f"{name} of the lake", statements=statements)
            finding = f"AwsSolutions-IAM5[Resource::{self._arn_in_findings}/{zone}/*]"
            suppress_findings(policy, {finding: "A zone is a key prefix; the objects below it are data and cannot be listed in a policy."})
            self._policies[name] = policy
        return policy

    def _keep_policy(self, bucket: Bucket) -> None:
        """Keep the policy with the bucket, so that a retained bucket still rejects plain HTTP."""
        assert bucket.policy is not None
        bucket.policy.apply_removal_policy(self._removal)

    @property
    def _arn_in_findings(self) -> str:
        """The bucket's ARN as cdk-nag writes it."""
        resource = self.bucket.node.default_child
        if isinstance(resource, CfnBucket):
            return f"<{Stack.of(self).get_logical_id(resource)}.Arn>"
        return f"arn:<AWS::Partition>:s3:::{self.bucket.bucket_name}"

    def _access_logs(self, settings: Settings) -> IBucket:
        if settings.log_bucket_name:
            return Bucket.from_bucket_name(self, "AccessLogs", settings.log_bucket_name)
        return self._create_access_logs()

    def _create_access_logs(self) -> Bucket:
        logs = Bucket(
            self,
            "AccessLogs",
            encryption=BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=BlockPublicAccess.BLOCK_ALL,
            object_ownership=ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[LifecycleRule(expiration=Duration.days(ACCESS_LOG_DAYS))],
            removal_policy=self._removal,
            auto_delete_objects=self._auto_delete,
        )
        self._keep_policy(logs)
        suppress_findings(logs, {"AwsSolutions-S1": "This bucket holds the access logs; it cannot log access to itself."})
        return logs


def _enable_events(bucket: Bucket) -> None:
    """Enable EventBridge in the bucket's own property; the CDK's property would add a function and a role to do the same."""
    resource = bucket.node.default_child
    assert isinstance(resource, CfnBucket)
    resource.add_property_override("NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", True)


_EXISTING_LOGS_SUPPRESSIONS = {
    "Annotation::@aws-cdk/aws-s3:accessLogsPolicyNotAdded": "The owner of the bucket lets S3 write its logs, as the setting says.",
}
