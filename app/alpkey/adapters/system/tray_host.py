"""Whether a program on the session bus shows tray icons (StatusNotifierItem specification)."""

from jeepney import new_method_call
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

WATCHER = "org.kde.StatusNotifierWatcher"
CALL_TIMEOUT_S = 2.0


def is_there() -> bool:
    """False too where there is no session bus."""
    try:
        with open_dbus_connection(bus="SESSION") as connection:
            asked = new_method_call(message_bus, "NameHasOwner", "s", (WATCHER,))
            reply = connection.send_and_get_reply(asked, timeout=CALL_TIMEOUT_S)
    except (OSError, KeyError, ValueError):
        return False
    return bool(reply.body == (True,))
