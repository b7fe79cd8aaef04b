"""Everything in words: errors, warnings, steps, times and labels."""
