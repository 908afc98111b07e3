"""The parts of the logistics engine: inputs, service, transport and capacity, then the score, then the report.

Each module holds the metrics of its part beside their arithmetic; `metrics` lists them all.
"""
