"""The key services, and the feed of releases, over HTTP."""
