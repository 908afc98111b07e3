"""How a step of staging says that the whole file cannot be used."""

from runtime.models.domain.objects import ReasonCode

__all__ = ["ObjectRejected", "ReasonCode"]


class ObjectRejected(Exception):
    """The file cannot be used as it is; the code and the reason are recorded and shown to its sender."""

    def __init__(self, code: ReasonCode, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
