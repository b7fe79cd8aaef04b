"""Releases of Alpkey, and when to ask for them."""
