"""The tray icon as its host sees it: StatusNotifierItem and its dbusmenu."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from jeepney import DBusAddress

from tests.centre import Home
from tests.e2e.desk import WATCHER, Bus, Desk, Refused
from tests.e2e.waiting import until

ITEM = "org.kde.StatusNotifierItem"
MENU = "com.canonical.dbusmenu"


@dataclass(frozen=True)
class TrayItem:
    """One icon in the tray."""

    bus: Bus
    name: str
    path: str

    def tooltip(self) -> str:
        return str(self.bus.get(self._item, "ToolTip")[2])

    def activate(self) -> None:
        """A plain click."""
        self.bus.call(self._item, "Activate", "ii", 0, 0)

    def labels(self) -> list[str]:
        """The menu's entries; asking for it is what a host does when it opens it."""
        self.bus.call(self._menu, "AboutToShow", "i", 0)
        return [label for label in self._entries() if label]

    def choose(self, label: str) -> None:
        number = self._entries()[label]
        self.bus.call(self._menu, "Event", "isvu", number, "clicked", ("i", 0), 0)

    @property
    def _item(self) -> DBusAddress:
        return DBusAddress(self.path, bus_name=self.name, interface=ITEM)

    @property
    def _menu(self) -> DBusAddress:
        path = self.bus.get(self._item, "Menu")
        return DBusAddress(path, bus_name=self.name, interface=MENU)

    def _entries(self) -> dict[str, int]:
        layout = self.bus.call(self._menu, "GetLayout", "iias", 0, -1, [])[1]
        return {_label(child[1]): child[1][0] for child in layout[2] if _visible(child[1])}


def tray_items(bus: Bus) -> list[str]:
    """The addresses of all icons in the tray."""
    try:
        items: list[str] = bus.get(WATCHER, "RegisteredStatusNotifierItems")
    except Refused:
        return []
    return items


def find_item(bus: Bus) -> TrayItem:
    """The one icon in the tray, as soon as it is there."""
    name, _, path = until(lambda: tray_items(bus), "a tray icon")[0].partition("/")
    return TrayItem(bus, name, f"/{path}")


def _visible(entry: Any) -> bool:
    """Whether a host shows it, which is so unless it says otherwise."""
    return bool(entry[1].get("visible", ("b", True))[1])


def _label(entry: Any) -> str:
    """The text without its mnemonic's mark."""
    return str(entry[1].get("label", ("s", ""))[1]).replace("_", "")


@contextmanager
def tray_of(desk: Desk, home: Home) -> Iterator[TrayItem]:
    """The running tray of ``home``, which has to end well when it is told to quit."""
    process = subprocess.Popen(home.command(), env=home.environ)
    try:
        item = find_item(desk.bus)
        yield item
        assert process.poll() is None
        item.choose("Quit")
        assert process.wait(20) == 0
        until(lambda: not tray_items(desk.bus), "the end of the icon")
    finally:
        process.kill()
        process.wait()
