"""One of the four things that a run has Amazon Forecast make, and waits for: create, find, wait, describe, decide.

Create -- made ------------------> Wait -> Describe -> Ready? -- ACTIVE --> next
   +---- exists already -> Find --> ^                      +---- not yet -> Wait (until the deadline)
                                                           +---- failed, late -> the failure path; a redrive creates anew
No function sleeps. What a retry made twice is found by its name; a redrive uses a new name, for a failed resource keeps its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import Aws, Duration
from aws_cdk.aws_stepfunctions import Choice, Condition, CustomState, IChainable, Wait, WaitTime
from constructs import Construct

from cdk.workflow.failure_path import FailurePath
from cdk.workflow.states import EXECUTION, retry

CALL_TIMEOUT = 60
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
    """One kind of resource. `noun` and `verb` name its states, `member` begins the names of its members in the API, `parent` those of
    what it is made from.
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
        """The variable that holds the ARN."""
        return f"{self.noun.lower()}_arn"

    @property
    def first(self) -> str:
        """The state that creates it, where a redrive resumes."""
        return f"{self.verb}{self.noun}"


def service_call(scope: Construct, name: str, action: str, arguments: Mapping[str, Any], **more: Any) -> CustomState:
    """One call of the service's API, tried again when it is throttled."""
    state = CustomState(
        scope,
        name,
        state_json={
            "Type": "Task",
            "Resource": f"arn:{Aws.PARTITION}:states:::aws-sdk:forecast:{action}",
            "Arguments": dict(arguments),
            "TimeoutSeconds": CALL_TIMEOUT,
            **more,
        },
    )
    retry(state, TRANSIENT, attempts=5)
    return state


class AmazonForecastStep(Construct):
    """The states of one kind. `first` is entered by the stage before; `then` says what follows once the resource is ACTIVE."""

    def __init__(
        self,
        scope: Construct,
        kind: ResourceKind,
        name: str,
        arguments: Mapping[str, Any],
        parent_arn: str,
        failure: FailurePath,
        poll: Duration,
    ) -> None:
        super().__init__(scope, kind.noun)
        self._kind, self._name, self._parent_arn, self._failure = kind, name, parent_arn, failure
        self._wait = Wait.jsonata(self, f"WaitFor{kind.noun}", time=WaitTime.duration(poll))
        self.first = self._create(arguments)
        self._ready = Choice.jsonata(self, f"{kind.noun}Ready")
        describe = self._describe()
        self._wait.next(describe)
        describe.next(self._ready)

    def then(self, following: IChainable) -> IChainable:
        """What comes after; returns it."""
        self._ready.when(Condition.jsonata("{% $states.input.Status = 'ACTIVE' %}"), following)
        self._ready.when(Condition.jsonata(f"{{% {_PENDING} and {self._in_time()} %}}"), self._wait)
        self._fail(f"{{% {_PENDING} %}}", "AmazonForecastTooSlow", f"'was not done within {self._kind.hours} hours'")
        self._fail("{% true %}", "AmazonForecastFailed", "'ended as ' & $states.input.Status & ': ' & $string($states.input.Message)")
        return following

    def _create(self, arguments: Mapping[str, Any]) -> CustomState:
        kind = self._kind
        state = service_call(
            self,
            kind.first,
            kind.create,
            {f"{kind.member}Name": self._name, **arguments},
            Assign={kind.variable: f"{{% $states.result.{kind.member}Arn %}}", **self._remembered()},
        )
        retry(state, BUSY, attempts=30)
        state.add_catch(self._find(), errors=[EXISTS], assign=self._remembered())
        self._failure.catch(kind.first, state)
        state.next(self._wait)
        return state

    def _find(self) -> CustomState:
        """The resource that an earlier attempt of this same call made."""
        kind = self._kind
        listed = f"{kind.member}s"
        found = f"$states.result.{listed}[{kind.member}Name = ${kind.noun.lower()}_name][0].{kind.member}Arn"
        state = service_call(
            self,
            f"Find{kind.noun}",
            f"list{listed}",
            {"Filters": [{"Key": f"{kind.parent}Arn", "Value": self._parent_arn, "Condition": "IS"}], "MaxResults": 100},
            Assign={kind.variable: f"{{% {found} %}}"},
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

    def _fail(self, condition: str, error: str, said: str) -> None:
        cause = f"{{% 'Amazon Forecast: {self._kind.noun} ' & ${self._kind.variable} & ' ' & {said} %}}"
        self._ready.when(
            Condition.jsonata(condition),
            self._failure.first,
            assign=self._failure.failure_variable(self._kind.first, {"Error": error, "Cause": cause}),
        )

    def _remembered(self) -> dict[str, str]:
        """The name of this attempt, and until when it may take."""
        noun, milliseconds = self._kind.noun.lower(), self._kind.hours * 3_600_000
        deadline = f"{{% $toMillis($states.context.State.EnteredTime) + {milliseconds} %}}"
        return {f"{noun}_name": self._name, f"{noun}_deadline": deadline}

    def _in_time(self) -> str:
        return f"$toMillis($states.context.State.EnteredTime) < ${self._kind.noun.lower()}_deadline"


_PENDING = "$states.input.Status in ['CREATE_PENDING', 'CREATE_IN_PROGRESS']"
_MESSAGE = "{% $exists($states.result.Message) ? $states.result.Message : 'the service gave no message' %}"


def name_of(prefix: str) -> str:
    """The name of a run's resources: the stage, the run, and how often it was redriven, in at most 63 characters of the allowed kind."""
    redrives = EXECUTION["redrive_count"].removeprefix("{% ").removesuffix(" %}")
    return f"{{% '{prefix}' & $replace($run.run_id, '-', '') & '_' & $string({redrives}) %}}"
