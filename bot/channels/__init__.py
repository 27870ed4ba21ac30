"""Where the guide is said, beside its own website."""
