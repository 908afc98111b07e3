"""Create the database users, during a deployment and before the migrations."""

from __future__ import annotations

from collections.abc import Mapping

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime import bootstrap

logger = Logger()


@logger.inject_lambda_context
def handler(_event: dict[str, object], _context: LambdaContext) -> Mapping[str, object]:
    """Create the users and their rights; a second call changes nothing."""
    users = bootstrap.services().database_roles.ensure()
    logger.info("database users: %s for the functions, %s for the API", users.functions, users.api)
    return {"functions": users.functions, "api": users.api}
