"""Demand forecasters: pure functions on a panel of daily demand, with NumPy and pandas only.

They use no files, clock, environment or random numbers: the same panel gives the same forecast.
"""
