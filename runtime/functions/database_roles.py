"""Runs during a deploy, before the migrations: the role that functions sign in with."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime import bootstrap

logger = Logger()


@logger.inject_lambda_context
def handler(_event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Make the role and grant it what it needs; a second call changes nothing."""
    role = bootstrap.database_roles().ensure()
    logger.info("functions sign in as %s", role)
    return {"role": role}
