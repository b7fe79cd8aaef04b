"""The life of a tunnel as a pure step, its record, and Slurm's job list."""
