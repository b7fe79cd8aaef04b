"""Key files on disk, and the cryptography of private keys."""
