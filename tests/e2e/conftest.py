"""The whole program as real child processes, against the sandbox."""

from tests.centre import centre, home, running_centre
from tests.e2e.person import only_listener, person

__all__ = ["centre", "home", "only_listener", "person", "running_centre"]
