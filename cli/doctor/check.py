"""What a check is, and what it returns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from cdk.settings.model import Settings
from cli.doctor.account import Account


class Status(StrEnum):
    """The result of a check, from good to bad; only FAILED keeps a deploy from succeeding."""

    OK = "ok"
    NOT_CHECKED = "not checked"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True)
class CheckResult:
    """What a check saw, and what to do about it. is_final: later checks make no sense, since they would read another account."""

    status: Status
    text: str
    fix: str = ""
    is_final: bool = False


class Check(Protocol):
    """One check. title: its name in the table. aws_only: the local stack has nothing to check, such as a quota."""

    title: str
    aws_only: bool

    def run(self, settings: Settings, account: Account) -> CheckResult:
        """Compare the account with what the stage needs. May raise the errors of boto3, after which the result is NOT_CHECKED."""


def passes(text: str) -> CheckResult:
    """Return the result of a check that found nothing to do."""
    return CheckResult(Status.OK, text)


def warns(text: str, fix: str) -> CheckResult:
    """Return the result of a check that found something to decide before the deploy."""
    return CheckResult(Status.WARNING, text, fix)


def fails(text: str, fix: str, *, is_final: bool = False) -> CheckResult:
    """Return the result of a check that found what would make the deploy fail."""
    return CheckResult(Status.FAILED, text, fix, is_final)
