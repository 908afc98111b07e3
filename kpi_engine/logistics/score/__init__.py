"""Cost, dwell time and the overall grade."""
