"""Text that ssh reads and writes: configuration, host keys, command lines, errors."""
