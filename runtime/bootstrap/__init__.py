"""Dependency wiring: the only package that connects services with adapters.

Nothing is imported, read from the environment or opened before its first use, since the package of each function holds only the libraries
that the function needs. Tests and the development server assign replacements to the attributes of `Adapters` or `Services` and hand the
result to `use`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from runtime.bootstrap.adapters import Adapters
from runtime.bootstrap.clients import AwsClients
from runtime.bootstrap.services import Services

__all__ = ["Adapters", "AwsClients", "Services", "services", "use"]

_current = [Services(Adapters(AwsClients()))]


def services() -> Services:
    """Return the services of this process."""
    return _current[-1]


@contextmanager
def use(replacement: Services) -> Iterator[Services]:
    """Make replacement the services of this process until the end of the block."""
    _current.append(replacement)
    try:
        yield replacement
    finally:
        _current.remove(replacement)
