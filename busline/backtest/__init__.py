"""Recorded days, predicted again as they were lived, and held against what the buses did."""
