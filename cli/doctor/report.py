"""Run all checks of a stage, and render their results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from botocore.exceptions import BotoCoreError, ClientError
from rich.markup import escape
from rich.table import Table

from cdk.settings.model import Settings
from cli.doctor.access_checks import AccountCheck, BootstrapCheck, DeployerCheck, RegionCheck
from cli.doctor.account import Account
from cli.doctor.aws_account import ACCESS_ERRORS, error_code
from cli.doctor.check import Check, CheckResult, Status
from cli.doctor.existing_data_checks import LakeBucketCheck, SnapshotCheck
from cli.doctor.quota_checks import QUOTA_CHECKS, ConcurrencyCheck
from cli.doctor.service_checks import (
    ForecastingServiceCheck,
    GatewayRoleCheck,
    LakeFormationCheck,
    ServiceCheck,
    TokenDomainCheck,
    ZoneCheck,
)

COLOURS = {Status.OK: "green", Status.NOT_CHECKED: "dim", Status.WARNING: "yellow", Status.FAILED: "bold red"}


def make_checks(qualifier: str, reserved_executions: int) -> tuple[Check, ...]:
    """Return the checks in the order of their rows."""
    return (
        AccountCheck(),
        RegionCheck(),
        BootstrapCheck(qualifier),
        DeployerCheck(qualifier),
        ServiceCheck(),
        ForecastingServiceCheck(),
        ZoneCheck(),
        ConcurrencyCheck(reserved_executions),
        *QUOTA_CHECKS,
        GatewayRoleCheck(),
        TokenDomainCheck(),
        LakeFormationCheck(),
        LakeBucketCheck(),
        SnapshotCheck(),
    )


def run_checks(checks: Sequence[Check], settings: Settings, account: Account) -> Iterator[tuple[str, CheckResult]]:
    """Yield the title and the result of each check, until one is final."""
    for check in checks:
        result = run_check(check, settings, account)
        yield check.title, result
        if result.is_final:
            return


def run_check(check: Check, settings: Settings, account: Account) -> CheckResult:
    """Return the result of one check; what AWS refuses to show is not checked, which fails nothing."""
    if check.aws_only and not settings.on_aws:
        return CheckResult(Status.NOT_CHECKED, "only on AWS")
    try:
        return check.run(settings, account)
    except ClientError as error:
        denial = "the credentials may not call" if error_code(error) in ACCESS_ERRORS else "AWS returned an error to"
        return CheckResult(Status.NOT_CHECKED, f"{denial} {error.operation_name}: {error_code(error)}", "Check it by hand.")
    except BotoCoreError as error:
        return CheckResult(Status.NOT_CHECKED, f"AWS could not be called: {error}", "Check it by hand.")


def make_table(stage: str, results: Sequence[tuple[str, CheckResult]]) -> Table:
    """Return the table of checks, results and what to do."""
    table = Table(title=f"Checks of stage {stage}")
    for name in ("check", "result", "", "what to do"):
        table.add_column(name, overflow="fold", no_wrap=name == "result")
    for title, result in results:
        colour = COLOURS[result.status]
        table.add_row(title, f"[{colour}]{result.status}[/]", escape(result.text), escape(result.fix))
    return table
