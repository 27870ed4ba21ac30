"""What the guide says: one module a topic, all of them built on question, answer and base."""
