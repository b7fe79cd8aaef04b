"""What a person can ask for; each is a generator of events and reaches out through ports only."""
