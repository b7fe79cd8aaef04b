"""Credentials, sign-in methods, and the services that take them."""
