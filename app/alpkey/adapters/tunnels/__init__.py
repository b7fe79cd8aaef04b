"""The ssh process of a tunnel, and the records of open tunnels."""
