"""What every metric means: one TOML table per metric, read by the docs, by the API and by the test that holds the engines to it.

Needs the standard library alone, so that the API can tell definitions without numpy.
"""

from kpi_engine.definitions.definition import FAMILIES, Definition, all_definitions, load

__all__ = ["FAMILIES", "Definition", "all_definitions", "load"]
