"""What a message means: read, linked, compared with everything that can be answered, and decided once."""
