"""A centre on loopback: both key services, an OpenID provider, a throw-away CA and SSH hosts.

To try and test Alpkey against. It shares no code with the client, so that a mistake in one is not
repeated by the other.
"""
