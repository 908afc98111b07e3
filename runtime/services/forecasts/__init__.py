"""Reading published forecasts."""
