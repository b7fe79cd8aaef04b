"""Alpkey keeps a scientist's CSCS key fresh from the system tray."""

__version__ = "0.1.0"

# The project's page, as "https://github.com/OWNER/NAME": newer versions are asked for there, and
# packages name it.  Empty until the project has one that is its own, and until then no request is
# sent and no package names any: an address that others can register would answer in its name.
HOME_PAGE = ""
