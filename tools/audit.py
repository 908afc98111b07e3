"""Compare every pinned version with the known vulnerabilities: `python -m tools.audit`.

The vulnerability service is PyPI's, or an OSV service by --osv-url. pip-audit passes a pin that its service has no record of; here such
a pin is reported as not checked, and so is every pin when the service cannot be reached. That fails with --require-service only, so that
a build without network can pass. A vulnerability fails, unless it is accepted (ACCEPTED_VULNERABILITIES) or concerns only environments
whose versions somebody else chooses (pins.MIRROR_SETS).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.pins import MIRROR_SETS, Pin, pins_by_set

ACCEPTED_VULNERABILITIES: Mapping[str, str] = {}
"""Vulnerabilities that do not fail the audit: identifier -> reason, and until when."""
NO_RECORD = "the service has no record of this version"
TIMEOUT_S = 300
"""Limit of one call of pip-audit, which needs a request for each package."""


@dataclass(frozen=True)
class Vulnerability:
    """One known vulnerability of a pin, and the versions that fix it."""

    pin: Pin
    identifier: str
    fixed_in: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.pin.name} {self.pin.version}: {self.identifier}, fixed in {', '.join(self.fixed_in) or 'no version yet'}"


@dataclass(frozen=True)
class AuditReport:
    """The vulnerabilities of the pins that were checked, and the reason why each other pin was not."""

    vulnerabilities: tuple[Vulnerability, ...]
    unchecked_pins: Mapping[Pin, str]

    def __add__(self, other: AuditReport) -> AuditReport:
        return AuditReport(self.vulnerabilities + other.vulnerabilities, {**self.unchecked_pins, **other.unchecked_pins})


def audit(pins: Iterable[Pin], osv_url: str | None = None) -> AuditReport:
    """Check pins with pip-audit, several versions of one package included."""
    report = AuditReport((), {})
    for batch in split_into_batches(pins):
        report += read_report(batch, *run_pip_audit(batch, osv_url))
    return report


def split_into_batches(pins: Iterable[Pin]) -> list[list[Pin]]:
    """Split pins so that a package occurs once in each batch: pip-audit refuses a second version."""
    result: list[dict[str, Pin]] = []
    for pin in sorted(pins):
        batch = next((batch for batch in result if pin.name not in batch), None)
        if batch is None:
            result.append(batch := {})
        batch[pin.name] = pin
    return [list(batch.values()) for batch in result]


def run_pip_audit(batch: Sequence[Pin], osv_url: str | None) -> tuple[str, str]:
    """Run pip-audit on pins as they are, without resolving, and return what it wrote: report (JSON) and messages."""
    service = ["--vulnerability-service", "osv", "--osv-url", osv_url] if osv_url else []
    with tempfile.TemporaryDirectory(prefix="signify-audit-") as scratch:
        file = Path(scratch, "requirements.txt")
        file.write_text("".join(f"{pin.name}=={pin.version}\n" for pin in batch), encoding="utf-8")
        options = ["--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off", "--requirement", str(file), *service]
        command = [sys.executable, "-m", "pip_audit", *options]
        try:
            process = subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return "", f"no response within {TIMEOUT_S} s"
    return process.stdout, process.stderr


def read_report(batch: Sequence[Pin], report: str, messages: str) -> AuditReport:
    """Read what pip-audit wrote about a batch; without a report, nothing in it was checked."""
    pins = {pin.name: pin for pin in batch}
    try:
        packages = json.loads(report)["dependencies"]
    except ValueError:
        reason = messages.strip().splitlines()[-1] if messages.strip() else "pip-audit wrote no report"
        return AuditReport((), dict.fromkeys(batch, reason))
    vulnerabilities = [
        Vulnerability(pins[package["name"]], entry["id"], tuple(entry["fix_versions"]))
        for package in packages
        for entry in package.get("vulns", ())
    ]
    checked_names = {package["name"] for package in packages if "skip_reason" not in package}
    return AuditReport(tuple(vulnerabilities), {pin: NO_RECORD for pin in batch if pin.name not in checked_names})


def select_failures(report: AuditReport, sets: Mapping[str, frozenset[Pin]]) -> list[Vulnerability]:
    """Return the vulnerabilities that must be fixed: in a set whose versions this project chooses, and not accepted."""
    pins = {pin for label, pins in sets.items() if label not in MIRROR_SETS for pin in pins}
    return [entry for entry in report.vulnerabilities if entry.pin in pins and entry.identifier not in ACCEPTED_VULNERABILITIES]


def print_report(report: AuditReport, total: int, to_fix: Sequence[Vulnerability]) -> None:
    """Print every vulnerability and, by reason, how many pins were not checked."""
    for entry in report.vulnerabilities:
        reason = ACCEPTED_VULNERABILITIES.get(entry.identifier, "only in an environment whose versions somebody else chooses")
        print(entry if entry in to_fix else f"{entry} (not a failure: {reason})")
    for reason in sorted(set(report.unchecked_pins.values())):
        names = sorted(f"{pin.name}=={pin.version}" for pin, pin_reason in report.unchecked_pins.items() if pin_reason == reason)
        print(f"NOT CHECKED, {len(names)} of {total} pins: {reason}: {', '.join(names[:5])}{' ...' if len(names) > 5 else ''}")
    checked_count = total - len(report.unchecked_pins)
    print(f"{checked_count} of {total} pins checked, {len(report.vulnerabilities)} known vulnerabilities, {len(to_fix)} to fix")


def main(arguments: Sequence[str] | None = None) -> int:
    """Check all pins; return 1 when a vulnerability must be fixed, or when a pin was not checked and --require-service is given."""
    parser = argparse.ArgumentParser(prog="python -m tools.audit", description="Compare the pins with the known vulnerabilities.")
    parser.add_argument("--require-service", action="store_true", help="fail when a pin could not be checked")
    parser.add_argument("--osv-url", help="query endpoint of an OSV service, instead of PyPI")
    options = parser.parse_args(arguments)
    sets = pins_by_set()
    pins = frozenset().union(*sets.values())
    report = audit(pins, options.osv_url)
    to_fix = select_failures(report, sets)
    print_report(report, len(pins), to_fix)
    return 1 if to_fix or (options.require_service and report.unchecked_pins) else 0


if __name__ == "__main__":
    sys.exit(main())
