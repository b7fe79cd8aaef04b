"""The tray icon as its host sees it: StatusNotifierItem and its dbusmenu."""

import subprocess
from collections.abc import Iterator, Sequence
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

    def drawing(self, size_px: int) -> bytes:
        """The drawing of this size as it was sent to the panel: ARGB, a byte each."""
        sent = self.bus.get(self._item, "IconPixmap")
        return next(bytes(pixels) for width, _, pixels in sent if width == size_px)

    def activate(self) -> None:
        """A plain click."""
        self.bus.call(self._item, "Activate", "ii", 0, 0)

    def labels(self, *inside: str) -> list[str]:
        """The entries of the menu, or of one inside it; to ask is what a host does to open it."""
        self.bus.call(self._menu, "AboutToShow", "i", 0)
        return [label for label in self._entries(inside) if label]

    def choose(self, *labels: str) -> None:
        """An entry, by its label and those of the menus that it is in."""
        number = self._entries(labels[:-1])[labels[-1]]
        self.bus.call(self._menu, "Event", "isvu", number, "clicked", ("i", 0), 0)

    def picture(self) -> list[Any]:
        """The pixels of the icon, as the host gets them."""
        return list(self.bus.get(self._item, "IconPixmap"))

    @property
    def _item(self) -> DBusAddress:
        return DBusAddress(self.path, bus_name=self.name, interface=ITEM)

    @property
    def _menu(self) -> DBusAddress:
        path = self.bus.get(self._item, "Menu")
        return DBusAddress(path, bus_name=self.name, interface=MENU)

    def _entries(self, inside: Sequence[str] = ()) -> dict[str, int]:
        layout = self.bus.call(self._menu, "GetLayout", "iias", 0, -1, [])[1]
        for label in inside:
            below = (child[1] for child in layout[2] if _visible(child[1]))
            layout = next(child for child in below if _label(child) == label)
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
    """The running tray of ``home``, as a login starts it; it has to end well on Quit."""
    process = subprocess.Popen(home.command("--at-login"), env=home.environ)
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
