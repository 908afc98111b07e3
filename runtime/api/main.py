"""The API function behind API Gateway."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.environment import Variable
from runtime.api.app import mount
from runtime.api.cors import cors_config
from runtime.api.http.resolver import ApiResolver

logger = Logger()
metrics = Metrics()
app = ApiResolver(cors=cors_config(os.environ.get(Variable.CORS_ORIGINS, "")), enable_validation=True)
mount(app)


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Handle one request from API Gateway."""
    return app.resolve(event, context)
