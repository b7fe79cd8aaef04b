"""The outside world, one module for each part of it; foreign errors become ours here."""
