"""The parts of the logistics engine: service, trucks, dwell, cost, capacity and the grade."""
