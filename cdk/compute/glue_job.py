"""Glue jobs: PySpark on Glue 5.1, from the same files that run locally; the role of each may access the zones of its spec only."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from aws_cdk.aws_glue import CfnJob, Code, ContinuousLoggingProps, GlueVersion, PySparkEtlJob, WorkerConfiguration, WorkerType
from aws_cdk.aws_iam import PolicyStatement, Role, ServicePrincipal
from constructs import Construct

from cdk.common.log_group import create_log_group
from cdk.common.suppress_findings import suppress_findings
from cdk.compute.bundling import archive_sources
from cdk.compute.job_specs import JobSpec
from cdk.compute.package import JOBS, ROOT
from cdk.settings.model import Settings
from cdk.storage.lake import Lake

CONCURRENT_RUNS = 3
"""Concurrent runs of one job: the daily run, and two that people start. The default of Glue is one."""


class GlueJobs(Construct):
    """Create the jobs of a stage; they share one archive of the platform's packages and one pair of log groups."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, lake: Lake) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self._lake = lake
        self._packages = archive_sources(self, "Packages", JOBS)
        # Glue logs to <prefix>/error and <prefix>/output; it would create them without retention.
        self._log_prefix = f"/aws-glue/{Stack.of(self).stack_name}"
        self._log_groups = [
            create_log_group(self, f"{kind.capitalize()}Logs", settings, f"{self._log_prefix}/{kind}") for kind in ("error", "output")
        ]

    def make(self, spec: JobSpec) -> PySparkEtlJob:
        """Create a job from its spec."""
        role = self._role(spec)
        self._packages.grant_read(role)
        job = PySparkEtlJob(
            self,
            spec.construct_id,
            description=spec.description,
            role=role,
            script=Code.from_asset(str(ROOT / "glue_jobs" / f"{spec.name}.py")),
            extra_python_files=[Code.from_bucket(self._packages.bucket, self._packages.s3_object_key)],
            glue_version=GlueVersion.V5_1,
            worker_configuration=WorkerConfiguration(worker_type=WorkerType.G_1X, number_of_workers=self._settings.glue_max_workers),
            timeout=Duration.minutes(spec.timeout_minutes),
            max_concurrent_runs=CONCURRENT_RUNS,
            job_run_queuing_enabled=not self._settings.glue_flex,  # not available with FLEX
            continuous_logging=ContinuousLoggingProps(enabled=False),  # Glue 5 logs in real time without it
            enable_observability_metrics=False,
            default_arguments={
                "--enable-auto-scaling": "true",
                "--job-bookmark-option": "job-bookmark-disable",
                "--custom-logGroup-prefix": self._log_prefix,
            },
        )
        if self._settings.glue_flex:
            _use_flex(job)
        suppress_findings(job, _SUPPRESSIONS)
        return job

    def _role(self, spec: JobSpec) -> Role:
        role = Role(
            self,
            f"{spec.construct_id}Role",
            description=f"Role of the Glue job {spec.name}",
            assumed_by=ServicePrincipal("glue.amazonaws.com"),
        )
        self._lake.grant_read(role, *spec.reads)
        self._lake.grant_write(role, *spec.writes)
        self._lake.grant_list_uploads(role)
        for group in self._log_groups:
            group.grant_write(role)
        role.add_to_policy(_publish_metrics())
        suppress_findings(role, {**_ROLE_SUPPRESSIONS, _assets_finding(Stack.of(self)): _ASSETS_REASON})
        return role


def _use_flex(job: PySparkEtlJob) -> None:
    """Set the execution class on the resource: the CDK has another class of jobs for it, which differs in nothing else."""
    resource = job.node.default_child
    assert isinstance(resource, CfnJob)
    resource.execution_class = "FLEX"


def _assets_finding(stack: Stack) -> str:
    """Return the finding about the CDK's assets bucket, whose name contains the bootstrap qualifier."""
    qualifier = stack.synthesizer.bootstrap_qualifier
    return f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::cdk-{qualifier}-assets-<AWS::AccountId>-<AWS::Region>/*]"


def _publish_metrics() -> PolicyStatement:
    return PolicyStatement(
        actions=["cloudwatch:PutMetricData"], resources=["*"], conditions={"StringEquals": {"cloudwatch:namespace": "Glue"}}
    )


_SUPPRESSIONS = {
    "AwsSolutions-GL1": "The job logs to log groups of this stack, which CloudWatch encrypts by default.",
    "AwsSolutions-GL3": "Job bookmarks are off: the manifest of a run lists its input.",
}
_ASSETS_REASON = "The job reads its script and packages from the CDK's assets bucket; the keys are hashes of the content."
_ROLE_SUPPRESSIONS = {
    "AwsSolutions-IAM5[Resource::*]": "Metrics have no resource-level permissions; a condition restricts the namespace.",
    "AwsSolutions-IAM5[Action::s3:GetObject*]": _ASSETS_REASON,
    "AwsSolutions-IAM5[Action::s3:GetBucket*]": _ASSETS_REASON,
    "AwsSolutions-IAM5[Action::s3:List*]": _ASSETS_REASON,
}
