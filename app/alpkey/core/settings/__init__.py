"""Settings, each declared once, policies, and which files are trusted."""
