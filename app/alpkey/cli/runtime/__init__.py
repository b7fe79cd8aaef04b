"""How a command runs: its context, cancellation, pasted input and crash reports."""
