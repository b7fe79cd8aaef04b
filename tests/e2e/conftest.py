"""The whole program as real child processes, against the sandbox."""

from tests.centre import centre, home, running_centre

__all__ = ["centre", "home", "running_centre"]
