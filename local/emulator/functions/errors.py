"""Functions: the emulator reports every failure as `Runtime.HandlerError`.

Lambda reports the class name of the Python exception, and `Runtime.ExitError` when the process ended without a response. Retry and Catch
of a state machine match these names.
"""

from __future__ import annotations

from collections.abc import Callable

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from local.emulator.json_types import JsonObject
from local.emulator.settings import EmulatorSettings

Invoke = Callable[..., JsonObject]
ORIGINAL_RESULT = '"status": "error", "error": str(e), "trace": traceback.format_exc()'
EXIT_ERROR = "Runtime.ExitError"
LOST_WORKER_MESSAGES = ("Worker process died", "[Errno 32] Broken pipe")
"""What the emulator reports when the process of a worker ended during an invocation, or just before it."""
FAILED_START = "Worker process exited immediately"
"""How the error begins that the emulator raises when the process of a worker ended while it started."""
EXTENDED_RESULT = ORIGINAL_RESULT + ', "error_type": type(e).__name__, "stack": traceback.format_tb(e.__traceback__)'


def install(settings: EmulatorSettings) -> None:
    """Make workers report the exception's class, and responses contain it."""
    if ORIGINAL_RESULT not in lambda_runtime._PYTHON_WORKER_SCRIPT:
        raise RuntimeError("the emulator's Python worker changed; local/emulator/functions/errors.py must follow")
    lambda_runtime._PYTHON_WORKER_SCRIPT = lambda_runtime._PYTHON_WORKER_SCRIPT.replace(ORIGINAL_RESULT, EXTENDED_RESULT)
    lambda_runtime.Worker.invoke = keep_error_type(lambda_runtime.Worker.invoke)
    lambda_svc._execute_function_warm = report_error_type(lambda_svc._execute_function_warm)


class TypedMessage(str):
    """An error message that carries the class and the stack of its exception; the stack is None when there was no exception."""

    error_type: str
    stack: list[str] | None


def keep_error_type(invoke: Invoke) -> Invoke:
    """Wrap a worker's `invoke`: the message of a failure carries the class and the stack of the exception, or the name of the exit."""

    def invoke_and_keep(*arguments: object, **options: object) -> JsonObject:
        try:
            result = invoke(*arguments, **options)
        except RuntimeError as error:
            if not str(error).startswith(FAILED_START):
                raise
            result = {"status": "error", "error": LOST_WORKER_MESSAGES[0], "log": str(error)}
        if "error_type" in result:
            result["error"] = message = TypedMessage(result["error"])
            message.error_type, message.stack = result["error_type"], result["stack"]
        elif result.get("error") in LOST_WORKER_MESSAGES:
            result["error"] = message = TypedMessage("Runtime exited with error: signal: killed")
            message.error_type, message.stack = EXIT_ERROR, None
        return result

    return invoke_and_keep


def report_error_type(execute: Invoke) -> Invoke:
    """Wrap the execution of a function: the response to a failure names the exception as Lambda does."""

    def execute_and_report(*arguments: object, **options: object) -> JsonObject:
        response = execute(*arguments, **options)
        body = response.get("body")
        message = body.get("errorMessage") if response.get("error") and isinstance(body, dict) else None
        if isinstance(message, TypedMessage):
            stack = {} if message.stack is None else {"stackTrace": message.stack}
            response["body"] = {"errorMessage": str(message), "errorType": message.error_type, **stack}
        return response

    return execute_and_report
