"""Handing a conversation to a licensed agent."""
