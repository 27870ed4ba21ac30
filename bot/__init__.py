"""Everything that extends or runs Rasa."""
