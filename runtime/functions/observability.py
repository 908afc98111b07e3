"""Logs as JSON and metrics as EMF lines, the same for every function of a run."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, cast

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.environment import Variable
from contracts.metrics import NAMESPACE, STAGE, Metric

# A handler that fails before it measured anything has nothing to publish; Powertools' warning about it would only blur the failure.
warnings.filterwarnings("ignore", message="No application metrics to publish")

logger = Logger()
metrics = Metrics(namespace=NAMESPACE)
metrics.set_default_dimensions(**{STAGE: os.environ.get(Variable.STAGE, "local")})

Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]


def observed(handler: Handler) -> Handler:
    """Log with the run's id, count cold starts and flush the metrics, also when the handler raises (Lambda logs the exception)."""

    @wraps(handler)
    def watched(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        logger.append_keys(run_id=event.get("run_id"))
        output = handler(event, context)
        logger.info("handler finished", extra={"output": output})
        return output

    counted = metrics.log_metrics(watched, capture_cold_start_metric=True)
    return cast("Handler", logger.inject_lambda_context(counted, clear_state=True))


def emit(values: Mapping[Metric, float | None]) -> None:
    """Emit each metric in its own unit; a value of None is not defined in this run and leaves its metric out."""
    for metric, value in values.items():
        if value is not None:
            metrics.add_metric(name=metric.value, unit=metric.unit.value, value=value)
