"""What an agent holds, and how it asks for a confirmation."""
