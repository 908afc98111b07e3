"""The OAuth scopes of the API: what a token may allow. The user pool defines them, routes require them, clients request them."""

from __future__ import annotations

from enum import StrEnum

RESOURCE_SERVER = "signify"
"""The identifier of the API in the user pool; it begins every scope."""


class Scope(StrEnum):
    """The scopes, as they appear in a token; `local_name` is the part after the resource server's identifier."""

    local_name: str
    description: str

    def __new__(cls, local_name: str, description: str) -> Scope:
        """Make the member `signify/<local_name>`."""
        name = f"{RESOURCE_SERVER}/{local_name}"
        scope = str.__new__(cls, name)
        scope._value_ = name
        scope.local_name, scope.description = local_name, description
        return scope

    READ_FORECASTS = ("forecasts:read", "Read forecasts, runs and jobs")
    RUN_FORECASTS = ("forecasts:run", "Start forecast runs")
    READ_INSIGHTS = ("insights:read", "Read insights and their reasons")
    WRITE_INSIGHTS = ("insights:write", "Work on insights: status, assignee, feedback")
    READ_KPIS = ("kpis:read", "Read KPIs")
    RUN_KPIS = ("kpis:run", "Start KPI calculations")
    CREATE_EXPORTS = ("exports:create", "Create and fetch exports")
    ADMINISTER_DATA = ("data:admin", "Read what was ingested and why rows were refused, the audit log; publish a run by hand")


def parse_scope(text: str) -> Scope:
    """Return a scope by its name in a token or its local name: `signify/kpis:read` or `kpis:read`. Raises ValueError, naming all scopes."""
    for scope in Scope:
        if text in (scope.value, scope.local_name):
            return scope
    raise ValueError(f"{text!r} is not a scope; the scopes are {', '.join(scope.local_name for scope in Scope)}")


ALL_SCOPES = " ".join(Scope)
"""Every scope, as the `scope` parameter of a token request."""
