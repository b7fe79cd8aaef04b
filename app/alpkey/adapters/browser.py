"""The person's web browser."""

from collections.abc import Mapping

from alpkey.adapters.processes import starts
from alpkey.core.display import has_display
from alpkey.core.errors import Unsuitable


class DesktopBrowser:
    """The one that the desktop opens pages with: ``xdg-open`` minds the person's choice."""

    def __init__(self, environ: Mapping[str, str], platform: str) -> None:
        self._environ = environ
        self._platform = platform

    def open(self, url: str) -> None:
        opener = "open" if self._platform == "darwin" else "xdg-open"
        shows = has_display(self._environ, self._platform)
        if not shows or not starts([opener, url], self._environ):
            raise Unsuitable("no-browser")
