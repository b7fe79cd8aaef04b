"""Signing in with OpenID Connect, in a browser or on another device."""
