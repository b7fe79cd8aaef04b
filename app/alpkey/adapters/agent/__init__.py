"""ssh agents: the client of their protocol (RFC 9987), and an agent of Alpkey's own."""
