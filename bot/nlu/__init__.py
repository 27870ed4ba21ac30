"""How the guide understands a message: names, meaning, intent, subject, and how sure it is."""
