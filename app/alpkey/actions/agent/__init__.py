"""Putting the key into an agent, and opening it for that."""
