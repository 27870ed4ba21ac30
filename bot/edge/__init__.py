"""The one web application: everything between a visitor's browser and Rasa's agent in the same process."""
