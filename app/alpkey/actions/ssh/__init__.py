"""Logins, host keys, and the user's ssh configuration."""
