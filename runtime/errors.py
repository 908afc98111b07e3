"""The errors of the runtime, and the status with which the API responds.

SignifyError                          500  a bug in Signify
├── InvalidInput                      422  the caller can fix it
│   └── UnknownInputKey                    names the key and the allowed ones
├── MalformedRequest                  400  malformed
│   └── BadCursor
├── MethodNotAllowed                  405  + Allow
├── NotAcceptable                     406  names the media types that the route has
├── BodyTooLarge                      413
├── ResponseTooLarge                  422  more than AWS Lambda delivers
├── Forbidden                         403  the token lacks a scope
├── NotFound                          404
│   ├── RunNotFound
│   ├── NoForecasts                        the run has no forecasts (yet)
│   ├── NothingPublished
│   ├── JobNotFound
│   ├── ReportNotFound
│   ├── ManifestNotFound
│   ├── ObjectNotFound
│   ├── InsightNotFound
│   └── AnomalyNotFound
├── ForecastsDeleted                  410  the run is known, its forecasts are no longer stored
├── ExportExpired                     410  the files of the export were deleted
├── Conflict                          409
│   ├── RunNotLoaded                       its forecasts are not in the database
│   ├── ContentAlreadyAccepted             the same bytes were accepted at the same time
│   ├── IdempotencyKeyTaken                another run carries the key
│   ├── RecordsClosed                      quarantined rows were closed in the meantime
│   ├── DatabaseNotEmpty                   a rebuild needs an empty database
│   ├── InsightClosed                      a closed insight does not change unless it is opened again
│   └── RunInProgress                      another run is in flight; names its job
├── InsightChanged                    412  the insight has another version than the caller read
├── VersionRequired                   428  the request lacks If-Match
├── RunLimitExceeded                  429  + Retry-After, RateLimit: the client has started as many runs in an hour as it may
├── NoInputData                       409  there is no input data yet
├── GateRefused                       -    the run stays unpublished; readers keep the last published one
│   └── RunWorseThanBaseline
├── RunFailed                         -    ends an execution whose failure was recorded; the message is the summary
├── RunUnmeasured                     -    ends an execution that failed after its forecast was complete; the message is the summary
├── BrokenRun                         -    a run's files are missing or contradict each other
├── UnexpectedResponse                -    the platform's own API returned an unexpected response
├── Misconfigured                     500  the environment lacks variables, all named at once
└── Unavailable                       503  + Retry-After
    ├── DatabaseBusy
    ├── DatabaseUnavailable
    └── AwsThrottled

The status is data (`status`, None for errors that no request can meet), so that one place in `runtime.api` maps the tree.
The class name travels as Lambda's errorType, which the state machine's retries match.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import ClassVar
from uuid import UUID

from contracts.routes import API_PATH
from runtime.quotas import StartQuota


class SignifyError(Exception):
    """The root of all errors that the runtime raises on purpose."""

    status: ClassVar[int | None] = 500
    code: ClassVar[str] = "INTERNAL"
    retry_after_s: int | None = None
    members: Mapping[str, object] = MappingProxyType({})
    """Members of the problem document beyond those of every problem (RFC 9457, section 3.2)."""
    headers: Mapping[str, str] = MappingProxyType({})
    """Headers of the response beyond those of every problem."""


class InvalidInput(SignifyError):
    """The caller can fix it; the message names the field, the value and the fix.

    parameter: the name of the query parameter or header; pointer: the JSON pointer of the field of the body. The problem lists it.
    """

    status = 422
    code = "VALIDATION"

    def __init__(self, message: str, *, parameter: str | None = None, pointer: str | None = None) -> None:
        super().__init__(message)
        self.place = {name: value for name, value in (("parameter", parameter), ("pointer", pointer)) if value is not None}


class UnknownInputKey(InvalidInput):
    """A key that the input does not have; the message lists those it has."""


class MalformedRequest(SignifyError):
    """The request is malformed."""

    status = 400
    code = "MALFORMED"


class BadCursor(MalformedRequest):
    """A cursor that was modified or belongs to other filters."""

    code = "BAD_CURSOR"


class MethodNotAllowed(SignifyError):
    """The path has other methods, which the message and the header `Allow` name."""

    status = 405
    code = "METHOD_NOT_ALLOWED"

    def __init__(self, method: str, allowed_methods: Sequence[str]) -> None:
        allowed = ", ".join(allowed_methods)
        super().__init__(f"{method} is not allowed for this path; allowed: {allowed}.")
        self.headers = {"Allow": allowed}


class NotAcceptable(SignifyError):
    """The route has no representation that the client accepts; the message names those it has."""

    status = 406
    code = "NOT_ACCEPTABLE"


class BodyTooLarge(SignifyError):
    """The body of the request is too large."""

    status = 413
    code = "TOO_LARGE"


class ResponseTooLarge(SignifyError):
    """The response is larger than what can be delivered; the message says how to ask for less."""

    status = 422
    code = "RESPONSE_TOO_LARGE"


class Forbidden(SignifyError):
    """The token is valid but lacks a scope; the message and the header `WWW-Authenticate` name those of which one is enough."""

    status = 403
    code = "FORBIDDEN"

    def __init__(self, message: str, scopes: Sequence[str]) -> None:
        super().__init__(message)
        # RFC 6750, section 3.1.
        self.headers = {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{" ".join(scopes)}"'}


class NotFound(SignifyError):
    """Not found."""

    status = 404
    code = "NOT_FOUND"


class RunNotFound(NotFound):
    """No forecast run has this id."""


class NoForecasts(NotFound):
    """The run has no forecasts: it is still running, or it failed."""

    code = "NO_FORECASTS"


class ForecastsDeleted(SignifyError):
    """The forecasts of the run are no longer in the database. The message says what can be read instead."""

    status = 410
    code = "FORECASTS_DELETED"


class ExportExpired(SignifyError):
    """The files of the export were deleted; the message says to order it again."""

    status = 410
    code = "EXPORT_EXPIRED"


class NothingPublished(NotFound):
    """No run has been published yet, so there is nothing to read."""

    code = "NOTHING_PUBLISHED"


class JobNotFound(NotFound):
    """No job has this id."""


class ReportNotFound(NotFound):
    """The run has no such report (yet)."""


class ManifestNotFound(NotFound):
    """The manifest of the run was deleted with its files."""


class ObjectNotFound(NotFound):
    """No uploaded object has this id or key."""


class InsightNotFound(NotFound):
    """No insight has this id."""


class AnomalyNotFound(NotFound):
    """No anomaly has this id, or the anomaly lacks what was asked for."""


class Conflict(SignifyError):
    """The request conflicts with the current state."""

    status = 409
    code = "CONFLICT"


class RunNotLoaded(Conflict):
    """The run cannot be published: its forecasts are not in the database. The message says what to do."""

    code = "RUN_NOT_LOADED"


class ContentAlreadyAccepted(Conflict):
    """An object with the same bytes was accepted for the data set in the meantime."""


class IdempotencyKeyTaken(Conflict):
    """Another run was started with this idempotency key."""


class RecordsClosed(Conflict):
    """Quarantined rows that were to be closed are not open any more."""


class DatabaseNotEmpty(Conflict):
    """A rebuild was to start on a database that has rows."""


class InsightClosed(Conflict):
    """The insight is closed: it does not change unless it is opened again."""


class InsightChanged(SignifyError):
    """The insight has another version than the one that the caller read."""

    status = 412
    code = "STALE_VERSION"


class VersionRequired(SignifyError):
    """The request must state in `If-Match` which version it changes."""

    status = 428
    code = "VERSION_REQUIRED"


class RunInProgress(Conflict):
    """Another run is in flight; the message and the member `job` name its job."""

    code = "RUN_IN_PROGRESS"

    def __init__(self, job_id: UUID) -> None:
        super().__init__(f"A run is in flight: job {job_id}. Wait for its end, or send `force: true` (scope signify/data:admin).")
        self.job_id = job_id
        self.members = {"job": f"{API_PATH}/jobs/{job_id}"}


class RunLimitExceeded(SignifyError):
    """The client has started as many runs within an hour as it may; the problem has the limit and the time when it may start the next."""

    status = 429
    code = "RATE_LIMITED"

    def __init__(self, limit: int, window: timedelta, reset: datetime, now: datetime) -> None:
        minutes, window_s = round(window / timedelta(minutes=1)), round(window.total_seconds())
        next_start = reset.isoformat(timespec="seconds")
        super().__init__(f"This client has started {limit} runs within {minutes} minutes, the limit; the next may start at {next_start}.")
        self.retry_after_s = max(1, math.ceil((reset - now).total_seconds()))
        self.members = {"limit": limit, "window_s": window_s, "reset": next_start}
        self.headers = StartQuota(limit, window_s, remaining=0, reset_s=self.retry_after_s).to_headers()


class NoInputData(SignifyError):
    """The lake contains no accepted object with demand; the message states where to upload files."""

    status = 409
    code = "NO_INPUT_DATA"


class GateRefused(SignifyError):
    """A gate refused the run: it stays unpublished, and readers keep the last published one."""

    status = None
    code = "GATE_REFUSED"


class RunWorseThanBaseline(GateRefused):
    """In the back-test the run's error was larger than the naive baseline's."""


class RunFailed(SignifyError):
    """Ends an execution as failed after its failure was recorded and notified; the message is the summary."""

    status = None
    code = "RUN_FAILED"


class RunUnmeasured(SignifyError):
    """Ends an execution as failed whose forecast is complete, but not measured; the message is the summary."""

    status = None
    code = "RUN_UNMEASURED"


class BrokenRun(SignifyError):
    """The files of a run are missing or contradict each other; the message names them."""

    status = None
    code = "BROKEN_RUN"


class UnexpectedResponse(SignifyError):
    """The platform's own API returned an unexpected response; the message states it."""

    status = None
    code = "UNEXPECTED_RESPONSE"


class Misconfigured(SignifyError):
    """Environment variables are missing or wrong; the message names all of them."""

    code = "MISCONFIGURED"


class Unavailable(SignifyError):
    """A dependency is unavailable; a retry may help."""

    status = 503
    code = "UNAVAILABLE"
    retry_after_s = 5


class DatabaseBusy(Unavailable):
    """The database cancelled the statement: too slow, blocked by a lock, or out of connections."""


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached (a paused one takes about 15 seconds to resume)."""

    retry_after_s = 15


class AwsThrottled(Unavailable):
    """An AWS service still throttles after the client's own retries."""
