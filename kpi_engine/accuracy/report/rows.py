"""The rows of a report's breakdowns. Percentages are 0..100, quantities in the unit of the demand; None is undefined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar, overload

R = TypeVar("R", bound=NamedTuple)


class Rows(Sequence[R], Generic[R]):
    """Rows of one type, held as columns: a row is made when it is read, because a report may have a hundred thousand of them.

    >>> rows = Rows(HorizonRow, [[1, 2], [7, 7], [10.0, 12.5], [None, 3.0]])
    >>> len(rows), rows[1]
    (2, HorizonRow(horizon_days=2, n=7, wape=12.5, bias_pct=3.0))
    >>> rows.as_dicts()[0]
    {'horizon_days': 1, 'n': 7, 'wape': 10.0, 'bias_pct': None}
    """

    def __init__(self, row: type[R], columns: Iterable[Sequence[object]]) -> None:
        self._row, self._columns = row, tuple(columns)

    @classmethod
    def from_dicts(cls, row: type[R], documents: Sequence[Mapping[str, object]]) -> Rows[R]:
        """Return the rows that `as_dicts` gave; what a document lacks is None."""
        return cls(row, [[document.get(name) for document in documents] for name in row._fields])

    def as_dicts(self) -> list[dict[str, object]]:
        """Return the rows as dicts, one per row, with the names of the columns as keys."""
        names = self._row._fields
        return [dict(zip(names, values, strict=False)) for values in zip(*self._columns, strict=True)]

    def __len__(self) -> int:
        return len(self._columns[0])

    @overload
    def __getitem__(self, index: int) -> R: ...

    @overload
    def __getitem__(self, index: slice) -> Rows[R]: ...

    def __getitem__(self, index: int | slice) -> R | Rows[R]:
        if isinstance(index, slice):
            return Rows(self._row, [column[index] for column in self._columns])
        return self._row._make(column[index] for column in self._columns)

    def __iter__(self) -> Iterator[R]:
        return map(self._row._make, zip(*self._columns, strict=True))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rows) and self._row is other._row and list(self) == list(other)

    def __repr__(self) -> str:
        return f"Rows({self._row.__name__}, {list(self)})"


class SkuRow(NamedTuple):
    """Accuracy of one SKU over all its sites. abs_error: in its own unit. share_of_error: percent of the error of all SKUs, in the
    measure that they share; rank: 1 for the largest share.
    """

    sku_id: str
    n: int
    mape: float | None
    wape: float | None
    bias_pct: float | None
    mase: float | None
    coverage: float | None
    abs_error: float
    share_of_error: float | None
    demand_class: str | None
    rank: int


class SiteRow(NamedTuple):
    """Accuracy of one site over all its SKUs. abs_error: None where they have several units of measure."""

    site_id: str
    n: int
    mape: float | None
    wape: float | None
    bias_pct: float | None
    mase: float | None
    coverage: float | None
    abs_error: float | None
    share_of_error: float | None


class UnitRow(NamedTuple):
    """Accuracy of the series with one unit of measure, `uom` ("" where it is not known); volume, abs_error, bias_units and mae in it."""

    uom: str
    n_series: int
    n: int
    volume: float
    abs_error: float
    mae: float | None
    wape: float | None
    bias_units: float | None
    bias_pct: float | None


class ControlRow(NamedTuple):
    """A series out of control: its tracking signal is beyond +-limit over its n newest points.

    bias_pct: over these points; positive: over-forecast. bias_units: in its own unit. volume_share: percent of the volume of all series.
    """

    site_id: str
    sku_id: str
    n: int
    tracking_signal: float
    limit: float
    bias_units: float
    bias_pct: float | None
    volume_share: float | None


class WeekRow(NamedTuple):
    """Accuracy of one ISO week. n_days: days with points; complete: every open weekday has points.

    delta_points: change of WAPE since the week before, where that has points too. wape_4w, wape_13w: pooled over the weeks up to this one.
    """

    iso_week: str
    n_days: int
    complete: bool
    n: int
    wape: float | None
    mape: float | None
    bias_pct: float | None
    delta_points: float | None
    wape_4w: float | None
    wape_13w: float | None


class HorizonRow(NamedTuple):
    """Accuracy of the points forecast so many days ahead."""

    horizon_days: int
    n: int
    wape: float | None
    bias_pct: float | None
