"""Measurements of the running guide. `python -m bench.runtime --help` says what is compared with what."""
