"""Migrations are backward compatible: the tests of the code before the newest revision pass on a schema with that revision.

A deploy migrates before it replaces the functions, and a rollback leaves the schema as it is: either way the previous code uses the new
schema.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
REVISIONS = Path("migrations/versions")
REVISION_FILES = "[0-9]*.py"
CONTRACTS = "tests/contract/runtime"
NOT_ABOUT_STATEMENTS = (
    "connections",  # how to connect
    "test_lake.py",
    "test_migrations.py",  # the schema itself, and the rights of its users: a newer revision may differ
    "test_database_users.py",
)
OTHER_TESTS = (
    "memory",
    "breaks_a_rule_of_the_table",  # the rules of a table themselves: a newer revision may allow more
)
NO_HISTORY = "the commit before the newest revision is not here: a shallow clone, or no git repository"


def run_git(*arguments: str) -> bytes | None:
    """Return the output of a git command, or None when it fails."""
    try:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, timeout=60, check=True).stdout
    except (subprocess.CalledProcessError, FileNotFoundError):
        return None


def list_revisions(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted((folder / REVISIONS).glob(REVISION_FILES))}


def find_previous_commit() -> str | None:
    """Return the commit before the one that added the newest revision, or HEAD while that is not committed; None if it is not here."""
    newest = REVISIONS / max(list_revisions(ROOT))
    adding = run_git("log", "-1", "--format=%H", "--diff-filter=A", "--", newest.as_posix())
    if adding is None:
        return None
    previous = run_git("rev-parse", "--verify", "--quiet", f"{adding.decode().strip()}^" if adding else "HEAD")
    return previous.decode().strip() if previous else None


@pytest.fixture(scope="module")
def previous_code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of the previous commit."""
    commit = find_previous_commit()
    archive = run_git("archive", commit) if commit else None
    if archive is None:
        pytest.skip(NO_HISTORY)
    folder = tmp_path_factory.mktemp("previous")
    with tarfile.open(fileobj=BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder


def test_a_revision_that_others_may_have_applied_is_not_edited_removed_or_renamed(previous_code: Path) -> None:
    revisions = list_revisions(ROOT)
    for name, text in list_revisions(previous_code).items():
        assert revisions.get(name) == text, f"{name} changed after the commit that the newest revision follows; add a new revision instead"


@pytest.mark.timeout(900)
def test_the_tests_of_the_previous_code_pass_on_the_newest_schema(previous_code: Path) -> None:
    for name, text in list_revisions(ROOT).items():
        (previous_code / REVISIONS / name).write_text(text, encoding="utf-8")
    options = [f"--ignore={CONTRACTS}/{name}" for name in NOT_ABOUT_STATEMENTS]
    others = " and ".join(f"not {name}" for name in OTHER_TESTS)
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", "-k", others, CONTRACTS, *options]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    process = subprocess.run(command, cwd=previous_code, env=environment, capture_output=True, text=True, timeout=800)
    assert process.returncode == 0, process.stdout[-6000:] + process.stderr[-2000:]
    assert " passed" in process.stdout
