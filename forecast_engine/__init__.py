"""The built-in demand forecaster: pure functions on a panel of daily demand, numpy and pandas only.

No files, no clock, no environment, no random numbers: the same panel gives the same forecast.
"""
