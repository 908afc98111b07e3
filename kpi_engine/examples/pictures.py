"""An example of a picture: a week of one SKU with a rise and a day without data."""

from __future__ import annotations

from datetime import date

from kpi_engine.anomalies.picture.picture import Picture, PicturePanel

DAYS = 7


def example_picture() -> Picture:
    """Return the picture.

    >>> example_picture().n_days
    7
    """
    panel = PicturePanel(
        label="SKU-1 at site LDS1",
        actual=(98.0, 101.0, None, 100.0, 99.0, 152.0, 100.0),
        expected=(100.0,) * DAYS,
        lower=(90.0,) * DAYS,
        upper=(110.0,) * DAYS,
        is_flagged=(False, False, False, False, False, True, False),
    )
    day = date(2026, 11, 20)
    return Picture("Volume spike +52 % at site LDS1, SKU-1, 20 Nov", "HIGH, score 71", date(2026, 11, 15), (day, day), (panel,))
