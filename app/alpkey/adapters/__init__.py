"""The outside world, one module for each part of it; foreign errors become Alpkey's here."""
