"""Matched fixes in, the state of every run out: which run a bus drives, how far it has got, which stops it has made."""
