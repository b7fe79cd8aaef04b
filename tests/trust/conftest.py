"""The sandbox and a home for the tests of the parts."""

from tests.centre import centre, home, running_centre

__all__ = ["centre", "home", "running_centre"]
