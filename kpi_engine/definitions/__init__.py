"""Definitions of all metrics, without their arithmetic: a file generated from the metrics, for readers that have no numpy, such as the API.

The metrics themselves are values beside their arithmetic; kpi_engine.catalogue lists them. `python -m tools.documentation` writes the
file anew.
"""

from kpi_engine.definitions.definition import FAMILIES, Definition, all_definitions

__all__ = ["FAMILIES", "Definition", "all_definitions"]
