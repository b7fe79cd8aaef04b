"""The command line: short-lived processes that do all the work."""
