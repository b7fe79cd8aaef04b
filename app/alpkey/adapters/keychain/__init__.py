"""The system's keychain, and one-time codes."""
