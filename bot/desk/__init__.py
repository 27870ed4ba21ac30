"""The desk at which licensed agents answer visitors."""
