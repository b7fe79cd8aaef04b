"""The entries of the tray's menu as a button: on macOS a click on the icon opens a dialog."""

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtWidgets import QMenu, QPushButton

from alpkey.core.site import Host

_WINDOWS = (
    ("Open Alpkey", ("main",)),
    ("Doctor", ("main", "--page", "doctor")),
    ("Settings", ("main", "--page", "settings")),
)


def menu_button(
    hosts: Iterable[Host], start: Callable[..., object], quit_tray: Callable[[], object]
) -> QPushButton:
    """``start`` runs Alpkey with these arguments, ``quit_tray`` ends the tray."""
    made = QPushButton("&Menu")
    made.setObjectName("menu")
    made.setAutoDefault(False)
    menu = QMenu(made)
    for host in hosts:
        menu.addAction(f"Connect to {host.name}", partial(start, "connect", host.name))
    menu.addSeparator()
    for text, window in _WINDOWS:
        menu.addAction(text, partial(start, "window", *window))
    menu.addAction("Quit", quit_tray)
    made.setMenu(menu)
    return made
