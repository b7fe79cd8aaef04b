"""Signing in, and what is saved of it in the keychain."""
