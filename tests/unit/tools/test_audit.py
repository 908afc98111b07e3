"""What the audit makes of pip-audit's reports."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tools import audit
from tools.audit import AuditReport, Vulnerability, read_report, select_failures, split_into_batches
from tools.pins import Pin

OLD = Pin("urllib3", "1.26.4")
NEW = Pin("urllib3", "2.8.0")
OTHER = Pin("idna", "3.20")
VULNERABILITY = Vulnerability(OLD, "PYSEC-1", ("1.26.5",))


def report_of(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": list(packages), "fixes": []})


def checked_package(pin: Pin, *vulnerabilities: dict[str, Any]) -> dict[str, Any]:
    return {"name": pin.name, "version": pin.version, "vulns": list(vulnerabilities)}


def test_a_package_occurs_once_in_each_batch_and_every_pin_in_one() -> None:
    assert split_into_batches([NEW, OTHER, OLD]) == [[OTHER, OLD], [NEW]]


def test_a_vulnerability_is_reported_with_the_versions_that_fix_it() -> None:
    entry = {"id": "PYSEC-1", "fix_versions": ["1.26.5"], "aliases": [], "description": ""}
    report = read_report([OLD, OTHER], report_of(checked_package(OLD, entry), checked_package(OTHER)), "")
    assert report == AuditReport((VULNERABILITY,), {})
    assert str(VULNERABILITY) == "urllib3 1.26.4: PYSEC-1, fixed in 1.26.5"


def test_a_pin_that_the_service_does_not_know_is_not_safe_but_unchecked() -> None:
    report = read_report([OLD, OTHER], report_of(checked_package(OTHER), {"name": OLD.name, "skip_reason": "not found"}), "")
    assert list(report.unchecked_pins) == [OLD]


def test_a_pin_that_the_report_leaves_out_is_unchecked() -> None:
    assert list(read_report([OLD, OTHER], report_of(checked_package(OTHER)), "").unchecked_pins) == [OLD]


def test_without_a_report_every_pin_is_unchecked_for_the_reason_that_pip_audit_gave_last() -> None:
    report = read_report([OLD, OTHER], "", "Traceback\nConnectionError: no route\n")
    assert report == AuditReport((), {OLD: "ConnectionError: no route", OTHER: "ConnectionError: no route"})


@pytest.mark.parametrize(
    ("sets", "fails"),
    [({"api": {OLD}}, True), ({"glue51": {OLD}}, False), ({"glue51": {OLD}, "dev": {OLD}}, True), ({"dev": {NEW}, "spark": {OLD}}, False)],
)
def test_a_vulnerability_fails_only_where_this_project_chooses_the_version(sets: dict[str, set[Pin]], fails: bool) -> None:
    report = AuditReport((VULNERABILITY,), {})
    assert bool(select_failures(report, {label: frozenset(pins) for label, pins in sets.items()})) == fails


def test_an_accepted_vulnerability_does_not_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "ACCEPTED_VULNERABILITIES", {"PYSEC-1": "not reachable from here"})
    assert select_failures(AuditReport((VULNERABILITY,), {}), {"api": frozenset({OLD})}) == []


def test_each_unchecked_package_is_printed_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    audit.print_report(AuditReport((), {OLD: "no route"}), total=2, to_fix=[])
    assert capsys.readouterr().out == (
        "NOT CHECKED, 1 of 2 pins: no route: urllib3==1.26.4\n1 of 2 pins checked, 0 known vulnerabilities, 0 to fix\n"
    )
