"""`signify smoke`: the result of the canary's walk decides, and the failure is named."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from cli import smoke
from cli.app import app


@pytest.mark.parametrize(("failure", "code", "words"), [(None, 0, "serves its API at https://a"), ("GET /kpis returned 502", 1, "")])
def test_the_walk_of_the_canary_decides(monkeypatch: pytest.MonkeyPatch, failure: str | None, code: int, words: str) -> None:
    monkeypatch.setattr(smoke, "open_platform", lambda stage: SimpleNamespace(api_url="https://a/api/v1"))
    monkeypatch.setattr(smoke, "probe", lambda platform: (failure, 12.0))
    result = CliRunner().invoke(app, ["smoke", "--stage", "dev"])
    assert (result.exit_code, words in result.output) == (code, True)
    assert failure is None or failure in str(result.exception)
