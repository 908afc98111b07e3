"""Errors in the frames that an engine receives.

KpiError
├── MissingColumns    names all of them at once
├── DuplicateKeys     two rows for the same point; an engine never picks one
└── InvalidValue      a setting or a column that cannot mean what it says
"""

from __future__ import annotations


class KpiError(ValueError):
    """The root of everything the engines raise on purpose."""


class MissingColumns(KpiError):
    """Columns that a frame must have and has not."""


class DuplicateKeys(KpiError):
    """Several rows stand for one point."""


class InvalidValue(KpiError):
    """A value outside of what it may be, such as an interval level of 80 instead of 0.8."""
