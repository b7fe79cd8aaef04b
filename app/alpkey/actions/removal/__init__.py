"""Signing out and uninstalling: what Alpkey made is removed, and what stays is named."""
