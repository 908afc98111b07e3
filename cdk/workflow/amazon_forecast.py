"""Resources of Amazon Forecast: a data set group with the target time series, and the role of the service."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from aws_cdk import Aws, RemovalPolicy, Stack
from aws_cdk.aws_forecast import CfnDataset, CfnDatasetGroup
from aws_cdk.aws_iam import PolicyStatement, Role, ServicePrincipal
from constructs import Construct

from cdk.common.suppress_findings import suppress_findings
from cdk.settings.model import Settings
from cdk.storage.lake import Lake
from contracts.paths import Zone

DOMAIN = "CUSTOM"
# In the column order of the files that the Glue job amazon_forecast_input writes.
SCHEMA = (("item_id", "string"), ("timestamp", "timestamp"), ("target_value", "float"), ("site_id", "string"))
FREQUENCY = "D"
DIMENSIONS = ["site_id"]
QUANTILES = ["0.1", "0.5", "0.9"]


@dataclass(frozen=True)
class AmazonForecast:
    """Parameters of the states of a run that call the service. prefix: the start of the names of the resources that runs create."""

    dataset_arn: str
    group_arn: str
    role_arn: str
    key_arn: str
    bucket: str
    prefix: str
    poll_seconds: int

    def name_patterns(self) -> list[tuple[str, str]]:
        """Return type and name pattern of the resources that runs create; imports belong to the data set, exports to their forecast."""
        kinds = ("dataset-import-job", "predictor", "forecast", "forecast-export-job")
        return [(kind, f"{self.prefix}*") for kind in kinds]

    def arns(self) -> list[str]:
        """Return the ARNs of the stage's resources in the service: those of the template, and patterns of those that runs create."""
        return [self.dataset_arn, self.group_arn, *(_arn(kind, pattern) for kind, pattern in self.name_patterns())]


class ForecastDatasets(Construct):
    """The data set and its group, the only types in CloudFormation; each run creates imports, predictors, forecasts and exports."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, lake: Lake) -> None:
        super().__init__(scope, construct_id)
        # Hyphens are not allowed in these names. "X" is in no other stage's name, so the pattern of prod does not match those of prod-eu.
        prefix = f"signify_{settings.stage.replace('-', 'X')}_"
        name = f"{prefix}demand_{_fingerprint()}"
        self.role = self._role(lake)
        dataset = CfnDataset(
            self,
            "Demand",
            dataset_name=name,
            dataset_type="TARGET_TIME_SERIES",
            domain=DOMAIN,
            data_frequency=FREQUENCY,
            schema={"Attributes": [{"AttributeName": column, "AttributeType": kind} for column, kind in SCHEMA]},
            encryption_config={"KmsKeyArn": lake.key.key_arn, "RoleArn": self.role.role_arn},
        )
        dataset.node.add_dependency(self.role)
        group = CfnDatasetGroup(self, "Group", dataset_group_name=f"{prefix}group", domain=DOMAIN, dataset_arns=[dataset.attr_arn])
        for resource in (dataset, group):
            # A copy of data in the lake.
            resource.apply_removal_policy(RemovalPolicy.DESTROY)
            suppress_findings(resource, _SUPPRESSIONS)
            resource.add_metadata("cfn-lint", {"config": {"ignore_checks": ["W3697"]}})  # see _SUPPRESSIONS
        self.service = AmazonForecast(
            dataset_arn=_arn("dataset", name),  # by name, so that another schema changes the template of the workflow, too
            group_arn=group.attr_dataset_group_arn,
            role_arn=self.role.role_arn,
            key_arn=lake.key.key_arn,
            bucket=lake.bucket.bucket_name,
            prefix=prefix,
            poll_seconds=settings.forecast_poll_seconds,
        )

    def _role(self, lake: Lake) -> Role:
        """Create the role of the service: read imports, write exports, encrypt its copy with the lake's key."""
        role = Role(
            self,
            "Role",
            description="Role of Amazon Forecast",
            assumed_by=ServicePrincipal(
                "forecast.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
            ),
        )
        lake.grant_read(role, Zone.FEATURES)
        lake.grant_write(role, Zone.FORECASTS)
        role.add_to_policy(
            PolicyStatement(
                actions=["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey", "kms:CreateGrant"], resources=[lake.key.key_arn]
            )
        )
        return role


def _arn(kind: str, name: str) -> str:
    return f"arn:{Aws.PARTITION}:forecast:{Aws.REGION}:{Aws.ACCOUNT_ID}:{kind}/{name}"


def _fingerprint() -> str:
    """Return a part of the data set's name that changes with the schema: the service cannot change a data set."""
    return hashlib.sha256(json.dumps([DOMAIN, FREQUENCY, SCHEMA]).encode()).hexdigest()[:8]


_SUPPRESSIONS = {
    "CloudFormation-Validate::W3697": "The service is closed to new customers; forecastBackend=amazon_forecast is for existing ones."
}
