"""Withdraw, erase or restore an uploaded object, for `signify withdraw`."""

from __future__ import annotations

from collections.abc import Mapping

from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime import bootstrap
from runtime.errors import Conflict, InvalidInput, NotFound, SignifyError
from runtime.functions.common.events import WithdrawalEvent, WithdrawalMode, parse
from runtime.functions.common.observability import observe


@observe
def handler(event: dict[str, object], _context: LambdaContext) -> Mapping[str, object]:
    """Carry out the order, audited, and return the objects with their new status, or `error`, why the order was refused.

    A refusal is no failure of the function: nobody need be alarmed.
    """
    try:
        order = parse(WithdrawalEvent, event)
    except InvalidInput as error:
        return _refuse(error)
    withdrawal = bootstrap.services().object_withdrawal
    methods = {
        WithdrawalMode.WITHDRAW: withdrawal.withdraw,
        WithdrawalMode.ERASE: withdrawal.erase,
        WithdrawalMode.RESTORE: withdrawal.restore,
    }
    try:
        result = methods[order.mode](order.to_order())
    except (NotFound, Conflict) as error:
        return _refuse(error)
    for object_id in {each for record in result.objects for each in (record.id, record.replay_of) if each}:
        bootstrap.services().row_backup.save_object(object_id)
    return {**result.as_dict(), "error": None}


def _refuse(error: SignifyError) -> dict[str, object]:
    return {"objects": [], "erased_files": 0, "error": str(error)}
