"""The desktop's menu and the start at login: ``install-desktop`` and ``autostart``."""

from typing import TypedDict


class AutostartResult(TypedDict):
    """``current``: this very program is started."""

    on: bool
    path: str
    current: bool


class MenuEntryResult(TypedDict):
    """``install-desktop``; ``paths`` are the files of the menu entry."""

    installed: bool
    paths: list[str]
