"""How exact numbers are, from the uploaded row to the answer: every table and column that holds quantities follows from this page.

A quantity has up to 10 digits before the point and 3 after it. Thirteen digits are exact in a double, so the engines may calculate in
doubles; sums over many days and sites are stored without a limit of digits.
"""

from __future__ import annotations

from decimal import Decimal

DECIMALS = 3
"""Decimals of quantities, forecasts and prices."""

SQL_TYPE = f"decimal(14,{DECIMALS})"
"""Type of a quantity in the lake."""

MAXIMUM = Decimal("9999999999.999")
"""The largest quantity and price that a row may have: a larger one is a mistake in every unit that trade uses."""

SMALLEST = Decimal(1).scaleb(-DECIMALS)
"""The smallest quantity other than zero."""

RATE_DECIMALS = 9
"""Decimals of exchange rates, prices per kilogram or kilometre, and measures of one small article."""

RATE_SQL_TYPE = f"decimal(20,{RATE_DECIMALS})"
"""Type of a rate in the lake."""

SMALLEST_RATE = Decimal(1).scaleb(-RATE_DECIMALS)
"""The smallest rate other than zero."""
