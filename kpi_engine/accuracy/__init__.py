"""The parts of the forecast accuracy engine: reading, joining, summing block by block, and the measures made of the sums."""
