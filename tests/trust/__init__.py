"""``make trust``: what is promised in SECURITY.md, attacked, and counted in one table."""
