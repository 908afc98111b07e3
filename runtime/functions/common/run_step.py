"""The frame around every function that does one state of a run."""

from __future__ import annotations

from collections.abc import Mapping
from functools import wraps
from uuid import UUID

from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime import bootstrap
from runtime.functions.common.events import StepEvent, parse
from runtime.functions.common.observability import Handler, observe


def run_step(handler: Handler) -> Handler:
    """Mark the job with the state that the execution enters, do the work, copy the run's rows to the lake, log and measure.

    The state machine sends the state's own name as `state`. Where a Glue job follows, which cannot mark the job, it sends the name of
    that state as well, as `next_state`: the job is marked with it once the work is done. A Glue job that follows another one cannot be
    shown: Forecast appears as BuildFeatures until PublishRun begins. The first state makes its job itself. An execution that was started
    under an earlier definition sends no state, and its job keeps the one it shows.
    """

    @wraps(handler)
    def step(event: dict[str, object], context: LambdaContext) -> Mapping[str, object]:
        states = parse(StepEvent, event)
        if states.run_id and states.state:
            bootstrap.services().job_progress.enter(states.run_id, states.state)
        output = handler(event, context)
        run_id = states.run_id or UUID(str(output["run_id"]))
        if states.next_state:
            bootstrap.services().job_progress.enter(run_id, states.next_state)
        bootstrap.services().row_backup.save_run(run_id)
        return output

    return observe(step)
