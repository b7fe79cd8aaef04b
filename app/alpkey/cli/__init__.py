"""The command line: it does everything, and lives for seconds."""
