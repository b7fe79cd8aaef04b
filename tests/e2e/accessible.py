"""Windows as a screen reader knows them: found and read by name over AT-SPI 2."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from jeepney import DBusAddress, HeaderFields, MatchRule, Message
from jeepney.io.blocking import open_dbus_connection

from tests.e2e.desk import Bus, Desk, Refused
from tests.e2e.waiting import until

A11Y = "org.a11y.Bus"
ATSPI = "org.a11y.atspi"
ROOT = "/org/a11y/atspi/accessible/root"
LABEL = "label"
FIELD_ROLES = ("text", "password text")
WINDOW_ROLES = ("dialog", "frame", "window", "alert message")
SHOWING, ENABLED, FOCUSABLE, FOCUSED = 25, 8, 11, 12  # AtspiStateType


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

    def holds(self, text: str) -> bool:
        """Whether this many characters stand in a field: those of a password cannot be read.

        Where assistive technology listens, Qt hands every key to it first, and to the window once
        that has answered: a key may come after a click that was made later.
        """
        return len(self.text()) == len(text)

    def press(self) -> None:
        """Does what the control is there for, as a screen reader would."""
        self.bus.call(self._at("Action"), "DoAction", "i", 0)

    def named(self, name: str) -> "Node":
        """The control with this name, once it is showing and enabled; a label is none."""

        def snapshot() -> Node | None:
            try:
                shown = (one for one in self.walk() if one.has(SHOWING) and one.has(ENABLED))
                return next((one for one in shown if one.name == name and one.role != LABEL), None)
            except Refused:
                return None

        try:
            return until(snapshot, f"the control {name!r}")
        except AssertionError as never:
            raise AssertionError(f"{never}; {self.described()}") from None

    def texts(self) -> list[str]:
        """All that can be read in it now."""
        try:
            return [one.name for one in self.walk() if one.has(SHOWING)]
        except Refused:
            return []

    def described(self) -> str:
        """What a failed test says of a window: its texts, and how much stands in its fields."""
        return f"there stands: {self.texts()}; characters in fields: {self._filled()}"

    def _filled(self) -> dict[str, int]:
        filled = {}
        with suppress(Refused):
            for one in self.walk():
                if one.has(SHOWING) and one.role in FIELD_ROLES:
                    filled[one.name] = len(one.text())
        return filled

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

    def find(self, title: str, owner: str | None = None) -> Node | None:
        """A window that shows, by its title; by ``owner``, where programs share a title."""
        root = Node(self._bus, f"{ATSPI}.Registry", ROOT)
        # The registry itself leaves with its last program, and is started again by the next call.
        with suppress(Refused):
            for program in root.children():
                with suppress(Refused):
                    if owner is not None and program.name != owner:
                        continue
                    for one in program.children():
                        if one.name == title and one.role in WINDOW_ROLES and one.has(SHOWING):
                            return one
        return None

    @contextmanager
    def listening(self) -> Iterator["Speech"]:
        """Hears what a screen reader would say, as one that has just been started."""
        registry = DBusAddress(
            "/org/a11y/atspi/registry", bus_name=f"{ATSPI}.Registry", interface=f"{ATSPI}.Registry"
        )
        for event in ("object:announcement", "object:state-changed:focused"):
            self._bus.call(registry, "RegisterEvent", "sass", event, [], "")
        with Speech.on(self._bus) as speech:
            yield speech

    def close(self) -> None:
        self._bus.connection.close()


class Speech:
    """What was announced, and which controls got the focus, in order."""

    def __init__(self, bus: Bus, heard: deque[Message]) -> None:
        self._bus = bus
        self._heard = heard
        self._said: list[str] = []

    @classmethod
    @contextmanager
    def on(cls, bus: Bus) -> Iterator["Speech"]:
        """Hears the bus from now on, over ``bus``."""
        rule = MatchRule(type="signal", interface=f"{ATSPI}.Event.Object")
        daemon = DBusAddress(
            "/org/freedesktop/DBus",
            bus_name="org.freedesktop.DBus",
            interface="org.freedesktop.DBus",
        )
        bus.call(daemon, "AddMatch", "s", rule.serialise())
        with bus.connection.filter(rule, bufsize=1000) as heard:
            yield cls(bus, heard)

    def said(self) -> list[str]:
        """All that was said until now."""
        self._bus.call(
            DBusAddress("/org/freedesktop/DBus", bus_name="org.freedesktop.DBus"), "GetId"
        )
        while self._heard:
            self._said += self._spoken(self._heard.popleft())
        return self._said

    def _spoken(self, message: Message) -> Iterator[str]:
        fields = message.header.fields
        kind, on, _, value, *_ = message.body
        match fields[HeaderFields.member], kind, on:
            case "Announcement", _, _:
                yield str(value[1])
            case "StateChanged", "focused", 1:
                node = Node(self._bus, fields[HeaderFields.sender], fields[HeaderFields.path])
                with suppress(Refused):
                    yield f"[{node.name}, {node.role}]"
