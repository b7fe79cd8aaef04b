"""The sandbox stands in for the real services."""

from tests.centre import centre, running_centre

__all__ = ["centre", "running_centre"]
