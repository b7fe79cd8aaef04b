"""A dialog that closes once its commands have ended."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QWidget

from alpkey.core.site import Site
from alpkey.desktop.child.command_tracker import CommandTracker
from alpkey.desktop.windows.dialog import Dialog
from alpkey.desktop.windows.widgets import window_title


class CommandDialog(Dialog):
    """Closing it cancels its commands; what must not be interrupted is finished first."""

    def __init__(self, text: str, site: Site, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._all: list[CommandTracker] = []
        self._closing = False
        self.setWindowTitle(window_title(text, site))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    @property
    def is_idle(self) -> bool:
        return all(commands.is_idle for commands in self._all)

    def new_commands(self, command: Callable[..., list[str]]) -> CommandTracker:
        """``command`` is Alpkey's with these arguments."""
        made = CommandTracker(command, self)
        made.idle.connect(self._idle)
        self._all.append(made)
        return made

    def close_once_idle(self) -> None:
        self._closing = True

    def commands_ended(self) -> None:
        """Called when commands have ended, and the dialog stays open."""

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  Qt's name
        if self.is_idle:
            super().closeEvent(event)
            return
        self._closing = True
        for commands in self._all:
            commands.stop()
        event.ignore()

    def reject(self) -> None:
        """Escape closes as the window's own button does."""
        if self.is_idle:
            super().reject()
        else:
            self.close()

    def _idle(self) -> None:
        if not self._closing:
            self.commands_ended()
        elif self.is_idle:
            self.close()
