"""Names of stages and of their CloudFormation stacks: the CDK app creates the stacks, the commands look them up."""

from __future__ import annotations

import re

LOCAL_STAGE = "local"
"""The stage of the local stack; every other stage is deployed to AWS."""

MAX_STAGE_LENGTH = 18
"""The longest stage name with which every resource name is legal.

Amazon Forecast is the strictest: its names have 63 characters, of which a run takes 45 (`signify_`, 32 digits of the run, redrives).
"""
RESERVED_WORDS = ("amazon", "aws", "cognito")
"""Words that Cognito refuses in the domain of a user pool, of which the stage is a part."""
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_STACK = re.compile(r"Signify-(?P<stage>.+)-(?P<part>[A-Za-z]+)")


def find_name_problem(stage: str) -> str | None:
    """Return what is wrong with the name of a stage and how to write it, or None."""
    if not _NAME.fullmatch(stage):
        return "write it in lower-case letters and digits, with single hyphens between words, for example prod-eu"
    if len(stage) > MAX_STAGE_LENGTH:
        return f"{len(stage)} characters are too long for the names of its resources; use at most {MAX_STAGE_LENGTH}"
    if words := [word for word in RESERVED_WORDS if word in stage]:
        return f"Cognito allows no domain that contains {words[0]!r}; use another name"
    return None


def make_stack_name(stage: str, part: str) -> str:
    """Return the name of one CloudFormation stack of a stage; `part` is its name within the stage, such as Lake."""
    return f"Signify-{stage}-{part}"


def is_stack_of(stage: str, stack_name: str) -> bool:
    """Whether a CloudFormation stack belongs to this stage, and not to one whose name begins alike (prod, prod-eu)."""
    match = _STACK.fullmatch(stack_name)
    return match is not None and match["stage"] == stage
