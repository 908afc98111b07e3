"""The rejection of a file."""

from runtime.models.domain.objects import ReasonCode

__all__ = ["ObjectRejected", "ReasonCode"]


class ObjectRejected(Exception):
    """The file cannot be used; code and reason are recorded and shown to its sender."""

    def __init__(self, code: ReasonCode, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
