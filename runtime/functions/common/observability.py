"""Logs as JSON and metrics as EMF lines, the same for every function."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping
from functools import wraps
from typing import cast

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.environment import Variable
from contracts.metrics import NAMESPACE, STAGE, PlatformMetric
from contracts.stages import LOCAL_STAGE

# A handler that fails before it emits a metric has nothing to publish; a warning about that would only hide the failure.
warnings.filterwarnings("ignore", message="No application metrics to publish")

logger = Logger()
metrics = Metrics(namespace=NAMESPACE)
metrics.set_default_dimensions(**{STAGE: os.environ.get(Variable.STAGE, LOCAL_STAGE)})

Handler = Callable[[dict[str, object], LambdaContext], Mapping[str, object]]


def observe(handler: Handler) -> Handler:
    """Add logging with the run's id, a metric of cold starts, and the flush of metrics, also when the handler raises (decorator)."""

    @wraps(handler)
    def log_output(event: dict[str, object], context: LambdaContext) -> Mapping[str, object]:
        logger.append_keys(run_id=event.get("run_id"))
        output = handler(event, context)
        logger.info("handler finished", extra={"output": output})
        return output

    handler_with_metrics = metrics.log_metrics(log_output, capture_cold_start_metric=True)
    return cast("Handler", logger.inject_lambda_context(handler_with_metrics, clear_state=True))


def emit(values: Mapping[PlatformMetric, float | None]) -> None:
    """Emit each metric in its own unit; a value of None is not defined in this run and leaves its metric out."""
    for metric, value in values.items():
        if value is not None:
            metrics.add_metric(name=metric.value, unit=metric.unit.value, value=value)
