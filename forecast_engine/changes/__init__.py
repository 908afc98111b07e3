"""What is done about history that differs from the present: outliers, levels that moved, growth, weekdays that closed, seasons."""
