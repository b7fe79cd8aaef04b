"""The composition root: plain functions by subject that make what an action needs."""
