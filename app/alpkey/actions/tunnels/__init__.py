"""Tunnels to services on compute nodes, and the user's jobs there."""
