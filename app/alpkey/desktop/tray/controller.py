"""What the tray follows: the files of a home, the clock, and what is due to be told."""

import sys
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QSystemTrayIcon

from alpkey.core.messages import reminders as reminder_messages
from alpkey.core.paths import Paths
from alpkey.core.site import Site
from alpkey.desktop import current_state, local_time
from alpkey.desktop.child.launch import start
from alpkey.desktop.child.menu_commands import MenuCommands
from alpkey.desktop.current_state import CurrentState
from alpkey.desktop.file_watcher import Watch
from alpkey.desktop.tray.background_runner import BackgroundRunner
from alpkey.desktop.tray.quit_dialog import QuitDialog
from alpkey.desktop.tray.reminders import Reminders
from alpkey.desktop.tray.screens import screen
from alpkey.desktop.views import status as status_view
from alpkey.desktop.views import tunnels as tunnel_view
from alpkey.desktop.views.icon_state import WARNING_ICON
from alpkey.desktop.views.status import TrayView

# At a login the rest of the desktop comes first.
REMINDERS_AFTER_MS = 1500


class TrayController(QObject):
    """Calls ``apply`` with what the tray shows, at once and after every change.

    ``renew`` is called with an activation token when a reminder is answered so, ``show_window``
    where a reminder is due and nothing on this desktop can show it, ``end`` where the person quits.
    """

    def __init__(
        self,
        places: Paths,
        apply: Callable[[TrayView], None],
        renew: Callable[[str], None],
        icon: Callable[[], QSystemTrayIcon | None],
        show_window: Callable[[], None],
        end: Callable[[], object],
    ) -> None:
        super().__init__()
        self._places = places
        self._apply = apply
        self._renew = renew
        self._icon = icon
        self._show_window = show_window
        self._site: Site | None = None
        self._reminders: Reminders | None = None
        self._errands = MenuCommands(self)
        self._chores = BackgroundRunner(local_time.now(), self)
        self._quitting = QuitDialog(lambda: start("tunnel", "close", "--all"), end, self)
        self._watch = Watch(places)
        self._watch.jumped.connect(self._wake)
        self._watch.changed.connect(self.refresh)
        QTimer.singleShot(REMINDERS_AFTER_MS, self, self._start_reminders)
        self.refresh()

    def end(self) -> None:
        """Takes a reminder that is shown away, and ends what we started ourselves."""
        self._chores.end()
        if self._reminders is not None:
            self._reminders.end()

    def refresh(self) -> None:
        """Takes a look and has it shown."""
        seen = current_state.take(self._places)
        self._site = seen.site or self._site
        self._apply(self._view(seen))
        self._watch.follow(seen.snapshot)
        if seen.snapshot is not None:
            self._chores.apply(seen.snapshot, seen.now)

    def connect_to(self, host: str) -> None:
        self._errands.run("connect", host)

    def close_tunnel(self, tunnel_id: str) -> None:
        self._errands.run("tunnel", "close", tunnel_id)

    def quit(self) -> None:
        """At once, or once the person has said what becomes of open tunnels."""
        seen = current_state.take(self._places).snapshot
        self._quitting.ask(tunnel_view.alive(seen.tunnels) if seen else 0)

    def put_off(self) -> None:
        if self._reminders is not None:
            self._reminders.put_off()

    def _view(self, seen: CurrentState) -> TrayView:
        connections = status_view.connections(self._site, seen.aliases)
        if seen.snapshot is None:
            return TrayView(WARNING_ICON, seen.trouble, status_view.UNREADABLE, connections)
        name = self._site.name if self._site else "Alpkey"
        menu = status_view.menu(seen.snapshot, seen.now)
        if self._reminders is not None:
            self._reminders.apply(seen.snapshot, name, seen.settings)
            later = reminder_messages.REMIND_ME_LATER if self._reminders.can_be_put_off else ""
            menu = replace(menu, later=later)
        tunnels = tunnel_view.entries(seen.snapshot)
        return TrayView(
            status_view.icon(seen.snapshot, seen.now, numbered=seen.settings.icon == "number"),
            status_view.tooltip(name, seen.snapshot, seen.now),
            menu,
            connections,
            tunnels,
            tunnel_view.title(len(tunnels)),
        )

    def _start_reminders(self) -> None:
        shown_on = screen(sys.platform, self._icon, self._show_window, self)
        self._reminders = Reminders(
            self._places.tray_memory,
            shown_on,
            self._renew,
            renew_automatically=lambda: start("renew", "--silent"),
        )
        self.refresh()

    def _wake(self) -> None:
        if self._reminders is not None:
            self._reminders.wake()
