"""Pure values and decisions: the standard library only, no clock, no file, no network."""
