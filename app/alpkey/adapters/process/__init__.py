"""Child processes, programs on PATH, and calls in the background."""
