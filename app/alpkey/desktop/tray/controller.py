"""What the tray reacts to: the files of a home, the clock, and due reminders."""

import sys
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QSystemTrayIcon

from alpkey.core.messages import reminders as reminder_messages
from alpkey.core.paths import Paths
from alpkey.core.site import Site
from alpkey.desktop import current_state, local_zone
from alpkey.desktop.child.launch import start
from alpkey.desktop.child.menu_commands import MenuCommands
from alpkey.desktop.current_state import CurrentState
from alpkey.desktop.file_watcher import FileWatcher
from alpkey.desktop.tray.background_runner import BackgroundRunner
from alpkey.desktop.tray.quit_dialog import QuitDialog
from alpkey.desktop.tray.reminders import Reminders
from alpkey.desktop.tray.screens import screen
from alpkey.desktop.views import status as status_view
from alpkey.desktop.views import tunnels as tunnel_view
from alpkey.desktop.views.icon_state import WARNING_ICON
from alpkey.desktop.views.status import TrayView

# At a login the rest of the desktop goes first.
REMINDERS_AFTER_MS = 1500


class TrayController(QObject):
    """Calls ``apply`` with what the tray shows, at once and after every change.

    ``renew`` is called with an activation token when the user chooses that in a reminder,
    ``show_window`` when a reminder is due that this desktop cannot show, ``end`` to quit.
    """

    def __init__(
        self,
        paths: Paths,
        apply: Callable[[TrayView], None],
        renew: Callable[[str], None],
        icon: Callable[[], QSystemTrayIcon | None],
        show_window: Callable[[], None],
        end: Callable[[], object],
    ) -> None:
        super().__init__()
        self._paths = paths
        self._apply = apply
        self._renew = renew
        self._icon = icon
        self._show_window = show_window
        self._site: Site | None = None
        self._reminders: Reminders | None = None
        self._menu_commands = MenuCommands(self)
        self._background_commands = BackgroundRunner(local_zone.now(), self)
        self._quit_dialog = QuitDialog(lambda: start("tunnel", "close", "--all"), end, self)
        self._watch = FileWatcher(paths)
        self._watch.jumped.connect(self._wake)
        self._watch.changed.connect(self.refresh)
        QTimer.singleShot(REMINDERS_AFTER_MS, self, self._start_reminders)
        self.refresh()

    def end(self) -> None:
        """Remove a reminder that is shown, and end commands in the background."""
        self._background_commands.end()
        if self._reminders is not None:
            self._reminders.end()

    def refresh(self) -> None:
        """Read the current state and have it shown."""
        state = current_state.take(self._paths)
        self._site = state.site or self._site
        self._apply(self._view(state))
        self._watch.follow(state.snapshot)
        if state.snapshot is not None:
            self._background_commands.apply(state.snapshot, state.now)

    def connect_to(self, host: str) -> None:
        self._menu_commands.run("connect", host)

    def close_tunnel(self, tunnel_id: str) -> None:
        self._menu_commands.run("tunnel", "close", tunnel_id)

    def quit(self) -> None:
        """Quit at once, or after a question about open tunnels."""
        state = current_state.take(self._paths).snapshot
        self._quit_dialog.ask(state.tunnels if state else ())

    def put_off(self) -> None:
        if self._reminders is not None:
            self._reminders.put_off()

    def _view(self, state: CurrentState) -> TrayView:
        connections = status_view.connections(self._site, state.aliases)
        first_to_end = state.first_to_end
        if state.snapshot is None or first_to_end is None:
            return TrayView(WARNING_ICON, state.trouble, status_view.UNREADABLE, connections)
        name = self._site.name if self._site else "Alpkey"
        if first_to_end.name:
            name = f"{name} ({first_to_end.name})"
        entries = (
            status_view.account_entry(other.name, other.snapshot, state.now)
            for other in state.others
        )
        menu = replace(status_view.menu(state.snapshot, state.now), accounts=tuple(entries))
        if self._reminders is not None:
            self._reminders.apply(first_to_end.snapshot, name, state.settings)
            later = reminder_messages.REMIND_ME_LATER if self._reminders.can_be_put_off else ""
            menu = replace(menu, later=later)
        return TrayView(
            status_view.icon(
                first_to_end.snapshot, state.now, numbered=state.settings.icon == "number"
            ),
            status_view.tooltip(name, first_to_end.snapshot, state.now),
            menu,
            connections + status_view.account_connections(other.site for other in state.others),
            tunnel_view.entries(state.snapshot),
            tunnel_view.title(state.snapshot.tunnels),
            first_to_end.name,
        )

    def _start_reminders(self) -> None:
        shown_on = screen(sys.platform, self._icon, self._show_window, self)
        self._reminders = Reminders(
            self._paths.tray_memory,
            shown_on,
            self._renew,
            renew_automatically=lambda: start("renew", "--silent"),
        )
        self.refresh()

    def _wake(self) -> None:
        if self._reminders is not None:
            self._reminders.wake()
