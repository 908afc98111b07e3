"""Functions: the shipped emulator calls every failure `Runtime.HandlerError`.

Lambda reports the Python exception's class name, by which Retry and Catch of a state machine choose.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from local.emulator.settings import EmulatorSettings

Answer = dict[str, Any]
SHIPPED = '"status": "error", "error": str(e), "trace": traceback.format_exc()'
OURS = SHIPPED + ', "error_type": type(e).__name__, "stack": traceback.format_tb(e.__traceback__)'


def install(settings: EmulatorSettings) -> None:
    """Have workers report the exception's class, and answers carry it."""
    if SHIPPED not in lambda_runtime._PYTHON_WORKER_SCRIPT:
        raise RuntimeError("the emulator's Python worker changed; function_errors has to follow")
    lambda_runtime._PYTHON_WORKER_SCRIPT = lambda_runtime._PYTHON_WORKER_SCRIPT.replace(SHIPPED, OURS)
    lambda_runtime.Worker.invoke = _remembering(lambda_runtime.Worker.invoke)
    lambda_svc._execute_function_warm = _typed(lambda_svc._execute_function_warm)


class _Failure(str):
    """An error message that remembers which exception it is from."""

    error_type: str
    stack: list[str]


def _remembering(invoke: Callable[..., Answer]) -> Callable[..., Answer]:
    def remembering(*arguments: Any, **named: Any) -> Answer:
        answer = invoke(*arguments, **named)
        if "error_type" in answer:
            answer["error"] = message = _Failure(answer["error"])
            message.error_type, message.stack = answer["error_type"], answer["stack"]
        return answer

    return remembering


def _typed(execute: Callable[..., Answer]) -> Callable[..., Answer]:
    def typed(*arguments: Any, **named: Any) -> Answer:
        answer = execute(*arguments, **named)
        body = answer.get("body")
        message = body.get("errorMessage") if answer.get("error") and isinstance(body, dict) else None
        if isinstance(message, _Failure):
            answer["body"] = {"errorMessage": str(message), "errorType": message.error_type, "stackTrace": message.stack}
        return answer

    return typed
