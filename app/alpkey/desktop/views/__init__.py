"""What is shown, as pure functions; no Qt."""
