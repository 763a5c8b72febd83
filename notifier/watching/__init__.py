"""Watches, for every family, the calls that it waits for: read from the roster, looked at with every tick."""
