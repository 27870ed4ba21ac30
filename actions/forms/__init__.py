"""The quote and recommendation forms: what they ask, and how an answer is read."""
