"""Alpkey's own command line as a child process."""
