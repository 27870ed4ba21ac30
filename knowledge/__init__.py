"""The curated knowledge: what a valid entry is, how the database is built, and how it is asked."""
