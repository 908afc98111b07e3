"""Glue jobs: PySpark on Glue 5.1, from the same files that run on a laptop, each with a role that names its zones."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Duration, Stack
from aws_cdk.aws_glue import CfnJob, Code, ContinuousLoggingProps, GlueVersion, PySparkEtlJob, WorkerConfiguration, WorkerType
from aws_cdk.aws_iam import PolicyStatement, Role, ServicePrincipal
from aws_cdk.aws_logs import LogGroup
from constructs import Construct

from cdk.common.log_group import create_log_group
from cdk.common.suppress_findings import suppress_findings
from cdk.compute.bundling import source_archive
from cdk.compute.package import JOBS, ROOT
from cdk.settings.model import Settings
from cdk.storage.lake import Lake

CONCURRENT_RUNS = 3
"""How many runs of the platform may be in the same job: the day's own, and what people start beside it. Glue's default is one."""


@dataclass(frozen=True)
class JobSpec:
    """One job: its file in glue_jobs, and the zones it reads and writes."""

    name: str
    description: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    timeout_minutes: int = 60

    @property
    def construct_id(self) -> str:
        """The name in CamelCase."""
        return "".join(word.capitalize() for word in self.name.split("_"))


class GlueJobs(Construct):
    """The jobs of a stage; they share one archive of our packages and one pair of log groups."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, lake: Lake) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self._lake = lake
        self._packages = source_archive(self, "Packages", JOBS)
        # Glue writes to <prefix>/error and <prefix>/output and would create them without retention.
        self._log_prefix = f"/aws-glue/{Stack.of(self).stack_name}"
        self._logs = [
            create_log_group(self, f"{kind.capitalize()}Logs", settings, f"{self._log_prefix}/{kind}") for kind in ("error", "output")
        ]

    def make(self, spec: JobSpec) -> PySparkEtlJob:
        """A job by its spec."""
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
            job_run_queuing_enabled=not self._settings.glue_flex,  # Glue queues no run on spare capacity
            continuous_logging=ContinuousLoggingProps(enabled=False),  # Glue 5 logs in real time anyway
            enable_observability_metrics=False,
            default_arguments={
                "--enable-auto-scaling": "true",
                "--job-bookmark-option": "job-bookmark-disable",
                "--custom-logGroup-prefix": self._log_prefix,
            },
        )
        if self._settings.glue_flex:
            _on_spare_capacity(job)
        suppress_findings(job, _ACCEPTED)
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
        _grant_logs(role, self._logs)
        role.add_to_policy(_publish_metrics())
        suppress_findings(role, {**_ACCEPTED_OF_ROLE, _assets_of(Stack.of(self)): _READS_ASSETS})
        return role


def _on_spare_capacity(job: PySparkEtlJob) -> None:
    """Set the execution class on the resource: the library has a class of its own for it, which differs in nothing else."""
    resource = job.node.default_child
    assert isinstance(resource, CfnJob)
    resource.execution_class = "FLEX"


def _grant_logs(role: Role, groups: list[LogGroup]) -> None:
    for group in groups:
        group.grant_write(role)


def _assets_of(stack: Stack) -> str:
    """The finding about the objects of the CDK's assets bucket, whose name holds the qualifier that the account was bootstrapped with."""
    qualifier = stack.synthesizer.bootstrap_qualifier
    return f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::cdk-{qualifier}-assets-<AWS::AccountId>-<AWS::Region>/*]"


def _publish_metrics() -> PolicyStatement:
    return PolicyStatement(
        actions=["cloudwatch:PutMetricData"], resources=["*"], conditions={"StringEquals": {"cloudwatch:namespace": "Glue"}}
    )


_ACCEPTED = {
    "AwsSolutions-GL1": "The job logs into log groups of this stack, which CloudWatch encrypts without a security configuration.",
    "AwsSolutions-GL3": "Bookmarks are off: a run's manifest says what it reads.",
}
_READS_ASSETS = "Script and packages are read from the CDK's assets bucket, whose keys are hashes of their content."
_ACCEPTED_OF_ROLE = {
    "AwsSolutions-IAM5[Resource::*]": "CloudWatch metrics have no resource; a condition names the namespace.",
    "AwsSolutions-IAM5[Action::s3:GetObject*]": _READS_ASSETS,
    "AwsSolutions-IAM5[Action::s3:GetBucket*]": _READS_ASSETS,
    "AwsSolutions-IAM5[Action::s3:List*]": _READS_ASSETS,
}
