"""Migrate the database, during a deployment and before new code takes traffic."""

from __future__ import annotations

from collections.abc import Mapping

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime import bootstrap

logger = Logger()


@logger.inject_lambda_context
def handler(_event: dict[str, object], _context: LambdaContext) -> Mapping[str, object]:
    """Upgrade the schema to the newest revision; a second call changes nothing."""
    revision = bootstrap.services().migrations.upgrade()
    logger.info("database schema at revision %s", revision)
    return {"revision": revision}
