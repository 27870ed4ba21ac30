"""How texts are cut and words are read."""
