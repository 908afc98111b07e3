"""The environment variables of the functions."""

from __future__ import annotations

import importlib

import pytest

from contracts.environment import Variable
from runtime import settings


def test_the_models_of_the_runtime_read_every_variable_of_the_contract_and_no_other() -> None:
    models = [each for each in vars(settings).values() if isinstance(each, type) and issubclass(each, settings.Environment)]
    fields = {name.upper() for model in models for name in model.model_fields}
    assert fields == set(Variable) - {Variable.CORS_ORIGINS}


def test_the_api_reads_the_origins_that_may_call_it_from_a_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    from runtime.api import main

    monkeypatch.setenv(Variable.CORS_ORIGINS, "https://planning.example.com")
    monkeypatch.setattr(main, "app", main.app)  # restored afterwards
    monkeypatch.setattr(main, "handler", main.handler)
    app = importlib.reload(main).app
    assert app._cors is not None
    assert app._cors.to_dict("https://planning.example.com")["Access-Control-Allow-Origin"] == "https://planning.example.com"
