"""What functions read from their environment."""

from __future__ import annotations

import pytest

from runtime.errors import Misconfigured
from runtime.settings import DatabaseEnvironment, LakeEnvironment, RunEnvironment, WorkflowEnvironment, load

NAMES = (
    "STAGE", "CODE_VERSION", "LAKE_BUCKET", "DATABASE_HOST", "DATABASE_USER", "SIGNIFY_DATABASE_URL", "BAD_ROW_SHARE_LIMIT", "RUNS_KEPT",
)  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def test_all_missing_variables_are_named_at_once() -> None:
    with pytest.raises(Misconfigured) as error_info:
        load(RunEnvironment)
    assert all(name in str(error_info.value) for name in ("RunEnvironment", "STAGE", "LAKE_BUCKET", "DATABASE_HOST", "DATABASE_USER"))


def test_a_wrong_value_is_named_beside_the_missing_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAD_ROW_SHARE_LIMIT", "five percent")
    with pytest.raises(Misconfigured, match=r"STAGE.*BAD_ROW_SHARE_LIMIT: input should be a valid number"):
        load(RunEnvironment)


def test_a_database_url_takes_the_place_of_host_and_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGE", "local")
    monkeypatch.setenv("SIGNIFY_DATABASE_URL", "postgresql://somebody:hidden@127.0.0.1/signify")
    environment = load(DatabaseEnvironment)
    assert environment.signify_database_url is not None
    assert "hidden" not in repr(environment)


def test_the_message_never_shows_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNIFY_DATABASE_URL", "postgresql://somebody:hidden@127.0.0.1/signify")
    with pytest.raises(Misconfigured) as error_info:
        load(RunEnvironment)
    assert "hidden" not in str(error_info.value)


@pytest.mark.parametrize("kind", [RunEnvironment, WorkflowEnvironment, LakeEnvironment, DatabaseEnvironment])
def test_every_kind_asks_for_the_stage(kind: type[LakeEnvironment]) -> None:
    with pytest.raises(Misconfigured, match=f"{kind.__name__}.*STAGE"):
        load(kind)
