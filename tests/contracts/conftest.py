"""The sandbox stands in for the real services."""

from tests.centre import centre, home, running_centre

__all__ = ["centre", "home", "running_centre"]
