"""A centre on loopback: key service, throw-away CA and SSH hosts, to try and test Alpkey against.

It shares no code with the client, so that a mistake in one is not repeated by the other.
"""
