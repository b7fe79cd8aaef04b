"""OpenSSH's programs, and the files that they read."""
