"""Windows as a screen reader knows them: found and read by name over AT-SPI 2."""

from collections.abc import Iterator
from dataclasses import dataclass

from jeepney import DBusAddress
from jeepney.io.blocking import open_dbus_connection

from tests.e2e.desk import Bus, Desk, Refused
from tests.e2e.waiting import until

A11Y = "org.a11y.Bus"
ATSPI = "org.a11y.atspi"
ROOT = "/org/a11y/atspi/accessible/root"
LABEL = "label"
WINDOW_ROLES = ("dialog", "frame", "window", "alert message")
SHOWING, ENABLED, FOCUSED = 25, 8, 12  # AtspiStateType


@dataclass(frozen=True)
class Node:
    """One accessible object."""

    bus: Bus
    owner: str
    path: str

    @property
    def name(self) -> str:
        return str(self.bus.get(self._at("Accessible"), "Name"))

    @property
    def role(self) -> str:
        return str(self.bus.call(self._at("Accessible"), "GetRoleName")[0])

    def has(self, state: int) -> bool:
        low, high = self.bus.call(self._at("Accessible"), "GetState")[0]
        return bool((low | high << 32) >> state & 1)

    def children(self) -> list["Node"]:
        found = self.bus.call(self._at("Accessible"), "GetChildren")[0]
        return [Node(self.bus, owner, path) for owner, path in found]

    def walk(self) -> Iterator["Node"]:
        yield self
        for child in self.children():
            yield from child.walk()

    def middle(self) -> tuple[int, int]:
        x, y, width, height = self.bus.call(self._at("Component"), "GetExtents", "u", 0)[0]
        return x + width // 2, y + height // 2

    def text(self) -> str:
        """What stands in a field."""
        return str(self.bus.call(self._at("Text"), "GetText", "ii", 0, -1)[0])

    def press(self) -> None:
        """Does what the control is there for, as a screen reader would."""
        self.bus.call(self._at("Action"), "DoAction", "i", 0)

    def named(self, name: str) -> "Node":
        """The control with this name, once it is showing and enabled; a label is none."""

        def look() -> Node | None:
            try:
                shown = (one for one in self.walk() if one.has(SHOWING) and one.has(ENABLED))
                return next((one for one in shown if one.name == name and one.role != LABEL), None)
            except Refused:
                return None

        return until(look, f"the control {name!r}")

    def texts(self) -> list[str]:
        """All that can be read in it now."""
        try:
            return [one.name for one in self.walk() if one.has(SHOWING)]
        except Refused:
            return []

    def _at(self, interface: str) -> DBusAddress:
        return DBusAddress(self.path, bus_name=self.owner, interface=f"{ATSPI}.{interface}")


class Screen:
    """What is on the desk."""

    def __init__(self, desk: Desk) -> None:
        """Says that assistive technology listens; programs look for that when they start."""
        status = DBusAddress("/org/a11y/bus", bus_name=A11Y, interface="org.a11y.Status")
        desk.bus.set(status, "IsEnabled", "b", True)
        bus = DBusAddress("/org/a11y/bus", bus_name=A11Y, interface=A11Y)
        self._bus = Bus(open_dbus_connection(desk.bus.call(bus, "GetAddress")[0]))

    def window(self, title: str) -> Node:
        """The window with this title, once it shows."""
        return until(lambda: self.find(title), f"the window {title!r}")

    def find(self, title: str) -> Node | None:
        root = Node(self._bus, f"{ATSPI}.Registry", ROOT)
        for program in root.children():
            try:
                for one in program.children():
                    if one.name == title and one.role in WINDOW_ROLES and one.has(SHOWING):
                        return one
            except Refused:
                continue
        return None

    def close(self) -> None:
        self._bus.connection.close()
