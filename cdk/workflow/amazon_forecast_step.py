"""The states that create one resource in Amazon Forecast and wait until it is active.

Create -- created ---------------> Wait -> Describe -> Ready? -- ACTIVE ------> next
   +---- exists already -> Find --> ^                      +---- pending -----> Wait (until the deadline)
                                                           +---- failed, late -> the failure path; a redrive creates it again
No function waits. A resource that an earlier attempt created is found by its name; a redrive uses a new name, because a failed resource
keeps its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Aws, Duration
from aws_cdk.aws_stepfunctions import Choice, Condition, CustomState, IChainable, Wait, WaitTime
from constructs import Construct

from cdk.workflow.failure_path import FailurePath
from cdk.workflow.states import EXECUTION, retry

CALL_TIMEOUT_S = 60
TRANSIENT = [
    "Forecast.ThrottlingException",
    "Forecast.ServiceUnavailableException",
    "Forecast.ForecastException",
    "Forecast.SdkClientException",
]
BUSY = ["Forecast.LimitExceededException", "Forecast.ResourceInUseException"]
EXISTS = "Forecast.ResourceAlreadyExistsException"


@dataclass(frozen=True)
class ResourceKind:
    """One kind of resource. `noun` and `verb` name its states; `member` is the prefix of its members in the API, and `parent` that of the
    resource it is created from.
    """

    noun: str
    verb: str
    member: str
    create: str
    parent: str
    hours: int
    describe: str = ""

    @property
    def variable(self) -> str:
        """The variable with the ARN."""
        return f"{self.noun.lower()}_arn"

    @property
    def first(self) -> str:
        """The state that creates the resource, where a redrive resumes."""
        return f"{self.verb}{self.noun}"


def service_call(scope: Construct, name: str, action: str, arguments: Mapping[str, object], **more: object) -> CustomState:
    """Create a state that calls the API of the service and retries transient errors."""
    state = CustomState(
        scope,
        name,
        state_json={
            "Type": "Task",
            "Resource": f"arn:{Aws.PARTITION}:states:::aws-sdk:forecast:{action}",
            "Arguments": dict(arguments),
            "TimeoutSeconds": CALL_TIMEOUT_S,
            **more,
        },
    )
    retry(state, TRANSIENT, attempts=5)
    return state


class AmazonForecastStep(Construct):
    """The states of one resource, entered at `first`; `then` sets what follows once the resource is ACTIVE."""

    def __init__(
        self,
        scope: Construct,
        kind: ResourceKind,
        name: str,
        arguments: Mapping[str, object],
        parent_arn: str,
        failure: FailurePath,
        poll_interval: Duration,
    ) -> None:
        super().__init__(scope, kind.noun)
        self._kind, self._name, self._parent_arn, self._failure = kind, name, parent_arn, failure
        self._wait = Wait.jsonata(self, f"WaitFor{kind.noun}", time=WaitTime.duration(poll_interval))
        self.first = self._create(arguments)
        self._ready = Choice.jsonata(self, f"{kind.noun}Ready")
        describe = self._describe()
        self._wait.next(describe)
        describe.next(self._ready)

    def then(self, following: IChainable) -> IChainable:
        """Continue with `following` when the resource is ACTIVE, and return it."""
        self._ready.when(Condition.jsonata("{% $states.input.Status = 'ACTIVE' %}"), following)
        self._ready.when(Condition.jsonata(f"{{% {_PENDING} and {self._before_deadline()} %}}"), self._wait)
        self._fail(f"{{% {_PENDING} %}}", "AmazonForecastTooSlow", f"'was not done within {self._kind.hours} hours'")
        self._fail("{% true %}", "AmazonForecastFailed", "'ended as ' & $states.input.Status & ': ' & $string($states.input.Message)")
        return following

    def _create(self, arguments: Mapping[str, object]) -> CustomState:
        kind = self._kind
        state = service_call(
            self,
            kind.first,
            kind.create,
            {f"{kind.member}Name": self._name, **arguments},
            Assign={kind.variable: f"{{% $states.result.{kind.member}Arn %}}", **self._attempt_variables()},
        )
        retry(state, BUSY, attempts=30)
        state.add_catch(self._find(), errors=[EXISTS], assign=self._attempt_variables())
        self._failure.catch(kind.first, state)
        state.next(self._wait)
        return state

    def _find(self) -> CustomState:
        """Find the resource that an earlier attempt of the same call created."""
        kind = self._kind
        members = f"{kind.member}s"
        arn = f"$states.result.{members}[{kind.member}Name = ${kind.noun.lower()}_name][0].{kind.member}Arn"
        state = service_call(
            self,
            f"Find{kind.noun}",
            f"list{members}",
            {"Filters": [{"Key": f"{kind.parent}Arn", "Value": self._parent_arn, "Condition": "IS"}], "MaxResults": 100},
            Assign={kind.variable: f"{{% {arn} %}}"},
        )
        self._failure.catch_into(kind.first, state)
        state.next(self._wait)
        return state

    def _describe(self) -> CustomState:
        kind = self._kind
        state = service_call(
            self,
            f"Describe{kind.noun}",
            kind.describe or f"describe{kind.member}",
            {f"{kind.member}Arn": f"{{% ${kind.variable} %}}"},
            Output={"Status": "{% $states.result.Status %}", "Message": _MESSAGE},
        )
        self._failure.catch(f"Describe{kind.noun}", state)
        return state

    def _fail(self, condition: str, error: str, reason: str) -> None:
        cause = f"{{% 'Amazon Forecast: {self._kind.noun} ' & ${self._kind.variable} & ' ' & {reason} %}}"
        self._ready.when(
            Condition.jsonata(condition),
            self._failure.first,
            assign=self._failure.failure_variable(self._kind.first, {"Error": error, "Cause": cause}),
        )

    def _attempt_variables(self) -> dict[str, str]:
        """Return the variables of this attempt: the name of the resource, and the deadline."""
        noun, milliseconds = self._kind.noun.lower(), self._kind.hours * 3_600_000
        deadline = f"{{% $toMillis($states.context.State.EnteredTime) + {milliseconds} %}}"
        return {f"{noun}_name": self._name, f"{noun}_deadline": deadline}

    def _before_deadline(self) -> str:
        return f"$toMillis($states.context.State.EnteredTime) < ${self._kind.noun.lower()}_deadline"


_PENDING = "$states.input.Status in ['CREATE_PENDING', 'CREATE_IN_PROGRESS']"
_MESSAGE = "{% $exists($states.result.Message) ? $states.result.Message : 'the service gave no message' %}"


def name_of(prefix: str) -> str:
    """Return the expression for the name of a run's resources: stage, run and number of redrives, in at most 63 characters."""
    redrives = EXECUTION["redrive_count"].removeprefix("{% ").removesuffix(" %}")
    return f"{{% '{prefix}' & $replace($run.run_id, '-', '') & '_' & $string({redrives}) %}}"
